/** Parameters of gradient boosting: meaning, usual values and bounds. See boosting.ts for the method. */
import type { Table } from '../data/table.ts';
import type { ClassWeight } from '../data/training-data.ts';

export interface BoostingParams {
  /** Most trees, 1 to 10,000. */
  readonly trees: number;
  /** η in (0, 1]. */
  readonly learningRate: number;
  /** Most leaves of a tree, ≥ 2. */
  readonly maxLeaves: number;
  /** Deepest leaf, ≥ 1. */
  readonly maxDepth: number;
  /** Smallest sum of curvatures in a leaf, > 0; a row has at most ¼. */
  readonly minLeafWeight: number;
  /** λ ≥ 0 */
  readonly l2: number;
  /** Smallest gain of a split, ≥ 0. */
  readonly minGain: number;
  /** Share of rows drawn for each tree, without replacement, in (0, 1]. */
  readonly rowShare: number;
  /** Share of features drawn for each tree, in (0, 1]. */
  readonly featureShare: number;
  /** Sign of the effect that a number may have, by column name. */
  readonly monotone: Readonly<Record<string, 1 | -1>>;
  /** Share of rows set aside to stop early, in [0, 0.5]; 0 grows all trees. */
  readonly validationShare: number;
  /** Trees without improvement on the rows set aside before stopping, ≥ 1. */
  readonly patience: number;
  readonly classWeight: ClassWeight;
}

export const boostingDefaults: BoostingParams = {
  trees: 150,
  learningRate: 0.05,
  maxLeaves: 8,
  maxDepth: 12,
  minLeafWeight: 2,
  l2: 1,
  minGain: 0,
  rowShare: 0.8,
  featureShare: 0.7,
  monotone: {},
  validationShare: 0,
  patience: 20,
  classWeight: 'none',
};

/** @throws RangeError when a parameter is out of bounds, or a constraint names a column that is not a number. */
export function checkBoostingParams(params: BoostingParams, table: Table): void {
  const check = (ok: boolean, text: string): void => {
    if (!ok) throw new RangeError(`boosting: ${text}`);
  };
  const { trees, learningRate, maxLeaves, maxDepth, minLeafWeight, l2, minGain, rowShare, featureShare } =
    params;
  check(Number.isInteger(trees) && trees >= 1 && trees <= 10_000, 'trees must be 1 to 10,000');
  check(learningRate > 0 && learningRate <= 1, 'learningRate must be in (0, 1]');
  check(maxLeaves >= 2, 'maxLeaves must be at least 2');
  check(maxDepth >= 1, 'maxDepth must be at least 1');
  check(minLeafWeight > 0, 'minLeafWeight must be positive');
  check(l2 >= 0 && l2 < Infinity, 'l2 must not be negative');
  check(minGain >= 0, 'minGain must not be negative');
  check(rowShare > 0 && rowShare <= 1, 'rowShare must be in (0, 1]');
  check(featureShare > 0 && featureShare <= 1, 'featureShare must be in (0, 1]');
  check(params.validationShare >= 0 && params.validationShare <= 0.5, 'validationShare must be in [0, 0.5]');
  check(params.patience >= 1, 'patience must be at least 1');
  for (const [name, sign] of Object.entries(params.monotone)) {
    const column = table.columns.find((candidate) => candidate.name === name);
    check(column?.kind === 'number', `monotone: '${name}' is not a number column`);
    check(Math.abs(sign) === 1, `monotone: '${name}' must be 1 or -1`);
  }
}
