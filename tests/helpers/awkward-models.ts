/** A small model of every family of the awkward customers, and a blend of all of them. */
import { trainOnTable } from '../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../src/domain/training/table.ts';
import { familyNames } from '../../src/ml/families.ts';
import type { FamilyName, FittedFamily } from '../../src/ml/families.ts';
import type { Calibration } from '../../src/ml/model/calibration.ts';
import type { Model } from '../../src/ml/model/model.ts';
import type { PairSide, PairTable } from '../../src/ml/linear/pairs.ts';
import { createRandom } from '../../src/ml/math/random.ts';
import { isNumeric } from '../../src/ml/data/row-reader.ts';
import { binCount } from '../../src/ml/tree/bins.ts';
import { awkwardHistory } from './awkward-customers.ts';
import { planOf } from './plan.ts';

const history = readTrainingTable(awkwardHistory(900));

export const calibrations = {
  platt: { method: 'platt', slope: 1.3, intercept: -0.2 },
  isotonic: {
    method: 'isotonic',
    scores: Float64Array.of(0, 0.1, 0.35, 0.36, 0.8, 1),
    rates: Float64Array.of(0, 0.02, 0.3, 0.5, 0.9, 1),
  },
} satisfies Partial<Record<Calibration['method'], Calibration>>;

/** Few trees, but more than a step of SQL has. */
const params = {
  forest: { trees: 60, maxLeaves: 20 },
  boosting: { trees: 60 },
  network: { networks: 1, knots: 4 },
};

/** `only`: its columns; null: all. */
export function awkwardModel(family: FamilyName, only: readonly string[] | null = null): Model {
  const { options, ...plan } = planOf([family], 3, { only });
  return trainOnTable(history, { ...plan, options: { ...options, params, folds: 2 } }, () => undefined);
}

/** Of all these models, with a calibration of its own. */
export function awkwardBlend(models: readonly Model[], calibration: Calibration): Model {
  const members = models.map(({ estimator }) => estimator as FittedFamily);
  const weights = Float64Array.from(members, (_, k) => 0.15 + k / 20);
  const blend = { intercept: 0.1, weights };
  return {
    ...models[0]!,
    estimator: { family: 'auto', model: { members, blend, trials: [] } },
    calibration,
  };
}

export function awkwardModels(): Readonly<Record<FamilyName, Model>> {
  const entries = familyNames.map((family) => [family, awkwardModel(family)] as const);
  return Object.fromEntries(entries) as Record<FamilyName, Model>;
}

/** A logistic regression with interactions of each kind of columns. */
export function withPairs(model: Model): Model {
  const { features } = model.schema;
  const random = createRandom(3);
  const sideOf = (column: number): Pick<PairSide, 'column' | 'bins'> => {
    const { name, levels: own, range } = features[column]!;
    const edges = Float64Array.of(range?.median ?? 0, (range?.max ?? 1) + 1e-9);
    if (isNumeric(features[column]!)) return { column, bins: { kind: 'number', name, edges } };
    const binOfLevel = Uint8Array.from(own, (_, level) => 1 + (level % 2));
    return { column, bins: { kind: 'category', name, binOfLevel, valueBins: 2 } };
  };
  const pairs = features.slice(1).map((_, k): PairTable => {
    const [first, second] = [sideOf(k), sideOf(k + 1)];
    const cells = binCount(first.bins) * binCount(second.bins);
    const contributions = () => Float64Array.from({ length: cells }, () => random.normal());
    return {
      first: { ...first, contributions: contributions() },
      second: { ...second, contributions: contributions() },
    };
  });
  const { estimator } = model;
  if (estimator.family !== 'logistic') throw new RangeError('a logistic regression is needed');
  return { ...model, estimator: { ...estimator, model: { ...estimator.model, pairs } } };
}
