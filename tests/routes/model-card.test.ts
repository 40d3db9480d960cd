/** The card's first sentence, its groups, and the comparison of algorithms, which the documentation describes alike. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeModel, trainOnTable } from '../../src/domain/training/fit.ts';
import type { TrainingPlan } from '../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../src/domain/training/table.ts';
import { projectRoot } from '../../src/paths.ts';
import type { Family } from '../../src/ml/estimators.ts';
import type { Model } from '../../src/ml/model/model.ts';
import { createTestApp, customersCsv, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import type { Agent } from '../helpers/datasets.ts';
import { planOf } from '../helpers/plan.ts';

let test: TestApp;
let viewer: Agent;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  viewer = await signIn(test, 'viewer');
});
afterAll(() => test.close());

/** Stores a model and opens its card. */
async function cardOf(model: Model) {
  const { db, config } = test.context;
  const names = { name: 'Tried', datasetId: null, isSample: false };
  const id = await storeModel(db, config.modelsDir, model, names);
  const { text } = await viewer.get(`/models/${id}`).expect(200);
  return { id, text };
}

/** Trains, and gives the model with what its card says of what was tried. */
async function train(
  families: readonly Family[],
  imbalance: TrainingPlan['options']['imbalance'] = 'none',
  rows = 300,
) {
  const plan = planOf(families, 3, { only: ['Contract', 'tenure'] });
  const options = { ...plan.options, imbalance, folds: 2, budget: 1 };
  const table = readTrainingTable(customersCsv(rows, 7, true));
  const model = trainOnTable(table, { ...plan, options }, () => undefined);
  const { id, text } = await cardOf(model);
  return {
    id,
    text,
    model,
    card: /<h2>Which algorithms were compared\?<\/h2>[\s\S]*?<\/section>/.exec(text)![0],
  };
}

describe('the rows of a large dataset', () => {
  const of = async (evaluation: Partial<Model['evaluation']>) => {
    const { model } = await train(['logistic']);
    const provenance = { ...model.provenance, rowCount: 10_000_000 };
    const { text } = await cardOf({
      ...model,
      provenance,
      evaluation: { ...model.evaluation, ...evaluation },
    });
    return text.replace(/\s+/g, ' ');
  };

  it('are said to have decided, or to have been learned from', async () => {
    const text = await of({ chosenOn: 500_000, holdoutRows: 100_000, trainingRows: 9_900_000 });
    expect(text).toContain(
      'Settings were chosen and figures measured on 500,000 of 10,000,000 rows, drawn evenly; the model then learned ' +
        'from all rows but the 100,000 held-out ones.',
    );
    expect(text).not.toContain('do not fit');
    const kin = await of({ chosenOn: 500_000, holdoutRows: 100_000, holdoutCustomers: 90_000 });
    expect(kin).toContain('held-out ones and others of their customers.');
  });

  it('are said not to have fitted into memory', async () => {
    expect(await of({ outOf: 30_000_000 })).toContain(
      'The dataset has 30,000,000 rows: 10,000,000 of them, drawn evenly, were used, as more do not fit into the memory',
    );
    expect(await of({})).not.toContain('drawn evenly');
  });
});

const deviations = ({ evaluation }: Model) => evaluation.candidates.map((one) => one.rocAucDeviation);

describe('the comparison of algorithms', () => {
  it('of auto is marked as selection scores, and says what was chosen', async () => {
    const { model, card } = await train(['auto']);
    const { estimator, evaluation } = model;
    if (estimator.family !== 'auto') throw new Error('auto was asked for.');
    expect(new Set(deviations(model))).toEqual(new Set([null]));
    for (const { family, logLoss } of evaluation.candidates) {
      const tried = estimator.model.trials.filter((trial) => trial.family === family);
      const most = Math.max(...tried.map(({ folds }) => folds!));
      const own = tried.filter(({ folds }) => folds === most);
      expect(logLoss, 'the best of those settings that went furthest').toBe(
        Math.min(...own.map((trial) => trial.logLoss)),
      );
    }
    expect(card).toContain('These are selection scores');
    expect(card).toContain('slightly too good');
    expect(card).toMatch(
      /Repeated without each fold and measured on that fold, the choice has a ROC AUC of 0\.\d{3}: /,
    );
    expect(card).toMatch(/alone \(95 % interval [+−]?0\.\d{4} to [+−]?0\.\d{4}\)/);
    expect(card).not.toContain('lowest log loss');
    const { members } = evaluation;
    const chosen = estimator.model.members.map(({ family }) => family);
    expect(members!.map(({ family }) => family)).toEqual([...new Set(chosen)]);
    expect(members!.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(card.match(/Chosen/g)).toHaveLength(members!.length);
    expect(card).toMatch(/\d+ settings? of \d algorithms? were compared/);
    // The figures of the model are on other rows than those.
    expect(evaluation.holdoutRows + evaluation.trainingRows).toBe(300);
  });

  it('by cross-validation says what was chosen, and why', async () => {
    const { model, card } = await train(['logistic', 'forest']);
    for (const deviation of deviations(model)) expect(deviation).toBeGreaterThanOrEqual(0);
    expect(card).toContain('on training customers only');
    expect(card).toContain('was chosen because it has the lowest log loss');
    expect(card).not.toContain('selection scores');
    expect(card.match(/Chosen/g)).toHaveLength(1);
  });

  it('with weights or resampling is decided by ROC AUC', async () => {
    const { model, card } = await train(['logistic', 'forest'], 'weights');
    const best = model.evaluation.candidates.reduce((a, b) => (b.rocAuc > a.rocAuc ? b : a));
    expect(model.estimator.family).toBe(best.family);
    expect(card).toContain('was chosen because it has the highest ROC AUC');
  });

  it('is described so in the documentation', () => {
    const [honest, cards] = ['honest-figures', 'model-cards'].map((name) =>
      readFileSync(join(projectRoot, 'docs', `${name}.md`), 'utf8').replace(/\s+/g, ' '),
    );
    expect(honest).toContain('chooses settings and number of trees on the same out-of-fold rows');
    expect(honest).toContain('marked as selection scores, slightly too good');
    expect(honest).toContain(
      'with weights or resampling, which shift probabilities before calibration, the highest ROC AUC',
    );
    expect(cards).toContain('selection scores: slightly too good');
  });
});

describe('the card', () => {
  let card: Awaited<ReturnType<typeof train>>;
  beforeAll(async () => {
    card = await train(['logistic'], 'none', 1_500);
  });
  const attributes = (text: string) =>
    [...text.matchAll(/<caption>([^<]*)<\/caption>\n<thead>\n<tr>\n<th scope="col">Group/g)].map(
      ([, name]) => name,
    );

  it('begins with a verdict by the interval of its gain over the best single column', () => {
    const { model, text } = card;
    const { column, rocAuc } = model.evaluation.overOneColumn!;
    expect(['Contract', 'tenure']).toContain(column);
    expect(rocAuc.value).toBeCloseTo(
      model.evaluation.holdout.rocAuc - model.evaluation.oneColumn!.rocAuc,
      12,
    );
    const [, sentence] = /<h2>Summary<\/h2>\n<p><strong>([^<]*)<\/strong>/.exec(text)!;
    if (rocAuc.low > 0.01) expect(sentence).toContain('clearly better');
    else if (rocAuc.low > 0) expect(sentence).toContain('Slightly better');
    else expect(sentence).toContain('may be chance');
  });

  it('compares groups by the attributes that are chosen in its address', async () => {
    const groupsFor = async (query: string) =>
      attributes((await viewer.get(`/models/${card.id}${query}`).expect(200)).text);
    const all = await groupsFor('');
    expect(all.toSorted()).toEqual(['Contract', 'Tenure']);
    expect(await groupsFor('?group=tenure')).toEqual(['Tenure']);
    expect(await groupsFor('?group=tenure&group=Contract')).toEqual(all);
    for (const odd of ['?group=none', '?group[a]=tenure', '?group='])
      expect(await groupsFor(odd)).toEqual(all);
  });

  it('writes the axis of profit in round amounts of money', async () => {
    const { text } = await viewer.get(`/models/${card.id}`).expect(200);
    const chart = text.slice(text.indexOf('Expected profit by threshold'));
    const ticks = [...chart.slice(0, chart.indexOf('</svg>')).matchAll(/>([^<>]*\d[^<>]*)<\/text>/g)].map(
      ([, tick]) => tick!,
    );
    expect(ticks.length).toBeGreaterThan(1);
    for (const tick of ticks) expect(tick).toMatch(/^−?€[125]?0?[\d,]*$/);
    expect(ticks).toContain('€0');
  });
});
