/** Models of XGBoost against the probabilities that it gave itself (tests/oracles/xgboost_import.py), and files that are none. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { convert } from '../../../src/domain/import/convert.ts';
import type { OutsideTrees } from '../../../src/domain/import/outside-model.ts';
import { readXgboost } from '../../../src/domain/import/xgboost.ts';
import { prepareTraining, readTrainingTable } from '../../../src/domain/training/table.ts';
import { encodeTable, fitEncoder } from '../../../src/ml/data/encoding.ts';
import { boosting } from '../../../src/ml/tree/boosting.ts';
import { checkBoosting } from '../../../src/ml/tree/check.ts';

interface Tree {
  left_children: number[];
  right_children: number[];
  split_indices: number[];
  split_conditions: number[];
  split_type: number[];
  sum_hessian: number[];
}
interface Saved {
  learner: {
    feature_names: string[];
    attributes: Record<string, string>;
    learner_model_param: { base_score: string };
    objective: { name: string };
    gradient_booster: { name: string; model: { trees: Tree[] } };
  };
}

const oracle = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../oracles/xgboost-import.json'), 'utf8'),
) as {
  csv: string;
  model: Saved;
  probabilities: number[];
};
const table = readTrainingTable(oracle.csv);
const { data, types } = prepareTraining(table, null);
const encoder = fitEncoder(data, types);

/** As a boosted model with the columns of the dataset. */
function imported(text: string, features = encoder) {
  const { features: used, estimatorFor } = convert(readXgboost(text), features);
  const estimator = estimatorFor(encodeTable(used, data));
  if (estimator.family !== 'boosting') throw new RangeError('not a boosted model');
  return { features: used, model: estimator.model };
}
const sumOf = (text: string) => readXgboost(text).sum as OutsideTrees;

/** The file after a change. */
function changed(change: (saved: Saved) => void): string {
  const saved = structuredClone(oracle.model);
  change(saved);
  return JSON.stringify(saved);
}
const treesOf = (saved: Saved): Tree[] => saved.learner.gradient_booster.model.trees;
const first = (saved: Saved): Tree => treesOf(saved)[0]!;

describe('a model that XGBoost saved', () => {
  const { model, features } = imported(changed(() => undefined));

  it('gives the probabilities of XGBoost, which adds up in single precision', () => {
    const own = boosting.predict(model, encodeTable(features, data));
    const largest = own.reduce((most, p, row) => Math.max(most, Math.abs(p - oracle.probabilities[row]!)), 0);
    expect(own).toHaveLength(400);
    expect(largest).toBeLessThan(1e-6);
  });

  it('has the columns of the dataset, and reasons that add up', () => {
    expect(features.map(({ name }) => name)).toEqual([
      'tenure',
      'MonthlyCharges',
      'SeniorCitizen',
      'Contract',
      'PaymentMethod',
      'TechSupport',
    ]);
    const rows = encodeTable(features, data);
    const { probabilities, explanation } = boosting.score(model, rows);
    for (let row = 0; row < 400; row++) {
      const own = explanation.contributions.subarray(row * 6, row * 6 + 6);
      expect(own.reduce((sum, points) => sum + points, explanation.base)).toBeCloseTo(probabilities[row]!, 9);
    }
  });

  it('fits together like one that was trained here', () => {
    expect(checkBoosting({ ...model }, features)).toBeNull();
  });

  it('has the trees up to the best round, where training was stopped early', () => {
    const stopped = sumOf(changed(({ learner }) => (learner.attributes['best_iteration'] = '9')));
    expect(stopped.trees).toHaveLength(10);
  });

  it('is read as later versions write it, too', () => {
    const later = sumOf(changed(({ learner }) => (learner.learner_model_param.base_score = '[3E-1]')));
    expect(later.constant).toBeCloseTo(Math.log(0.3 / 0.7), 12);
  });
});

describe('a file that cannot be imported says why:', () => {
  it.each<[string, (saved: Saved) => void, RegExp]>([
    ['another kind of trees', ({ learner }) => (learner.gradient_booster.name = 'dart'), /is a dart/],
    ['another task', ({ learner }) => (learner.objective.name = 'reg:squarederror'), /binary:logistic/],
    ['no names', ({ learner }) => (learner.feature_names = []), /does not name its inputs/],
    ['a base score of 1', ({ learner }) => (learner.learner_model_param.base_score = '1'), /no probability/],
    ['sets of categories', (saved) => (first(saved).split_type[0] = 1), /sets of categories/],
    ['a loop', (saved) => (first(saved).left_children[1] = 1), /leads to a node twice/],
    ['a way back to the root', (saved) => (first(saved).left_children[1] = 0), /leads out of itself/],
    ['a way out', (saved) => (first(saved).right_children[0] = 10_000), /leads out of itself/],
    ['half a split', (saved) => (first(saved).right_children[0] = -1), /leads out of itself/],
    ['a wrong input', (saved) => (first(saved).split_indices[0] = 999), /input that there is not/],
    ['lists that do not fit', (saved) => first(saved).sum_hessian.pop(), /different lengths/],
    ['text for a number', (saved) => (first(saved).split_conditions[0] = 'NaN' as never), /not as expected/],
    ['no trees', (saved) => (saved.learner.gradient_booster.model.trees = []), /not as expected/],
    [
      'too many trees',
      (saved) => treesOf(saved).push(...new Array<Tree>(5_000).fill(first(saved))),
      /not as expected/,
    ],
  ])('%s', (_words, change, message) => {
    expect(() => readXgboost(changed(change))).toThrow(message);
  });

  it.each([
    ['', /JSON/],
    ['{', /JSON/],
    ['[]', /not a model of XGBoost/],
    ['{"learner":{}}', /not a model of XGBoost/],
  ])('%j', (text, message) => {
    expect(() => readXgboost(text)).toThrow(message);
  });

  it('a tree of thousands of splits in a row', () => {
    const count = 401;
    const chain = (saved: Saved) => {
      const inner = Array.from({ length: count }, (_, node) => node % 2 === 0 && node + 2 < count);
      Object.assign(first(saved), {
        left_children: inner.map((is, node) => (is ? node + 1 : -1)),
        right_children: inner.map((is, node) => (is ? node + 2 : -1)),
        split_indices: inner.map(() => 0),
        split_conditions: inner.map(() => 0.5),
        default_left: inner.map(() => 0),
        sum_hessian: inner.map(() => 1),
        split_type: inner.map(() => 0),
      });
    };
    expect(() => readXgboost(changed(chain))).not.toThrow();
    const deeper = (saved: Saved) => {
      chain(saved);
      const tree = first(saved);
      tree.left_children[400] = 401;
      tree.right_children[400] = 402;
      for (const list of [tree.left_children, tree.right_children]) list.push(-1, -1);
      for (const list of [tree.split_indices, tree.split_conditions, tree.sum_hessian, tree.split_type])
        list.push(0, 0);
      (tree as Tree & { default_left: number[] }).default_left.push(0, 0);
    };
    expect(() => readXgboost(changed(deeper))).toThrow(/deeper than 200 splits/);
  });
});

describe('a model that does not fit the dataset says why:', () => {
  const convertChanged = (change: (saved: Saved) => void, features = encoder) =>
    imported(changed(change), features);

  it('inputs without a column', () => {
    const rename = ({ learner }: Saved) => {
      learner.feature_names[learner.feature_names.indexOf('tenure')] = 'months since <start>';
    };
    expect(() => convertChanged(rename)).toThrow(/no column for the input months since <start> of the model/);
  });

  it('only those that a tree splits on', () => {
    expect(() => convertChanged(({ learner }) => learner.feature_names.push('never used'))).not.toThrow();
  });

  it('more thresholds than a column of Holdfast can have', () => {
    const split = (saved: Saved) => {
      const place = saved.learner.feature_names.indexOf('tenure');
      const stump = (edge: number): Tree =>
        ({
          ...first(saved),
          left_children: [1, -1, -1],
          right_children: [2, -1, -1],
          split_indices: [place, 0, 0],
          split_conditions: [edge, 0, 0],
          default_left: [0, 0, 0],
          sum_hessian: [2, 1, 1],
          split_type: [0, 0, 0],
        }) as Tree;
      saved.learner.gradient_booster.model.trees = Array.from({ length: 255 }, (_, i) => stump(i));
      saved.learner.attributes = {};
    };
    expect(() => convertChanged(split)).toThrow(
      /compares tenure with 255 numbers; at most 254 .*max_bin=254/,
    );
  });

  it('a date', () => {
    const dates = encoder.map((feature) =>
      feature.name === 'tenure' ? { ...feature, type: 'date' as const } : feature,
    );
    expect(() => convertChanged(() => undefined, dates)).toThrow(/tenure is a date/);
  });
});
