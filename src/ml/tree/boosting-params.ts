/** Parameters of gradient boosting: meaning, usual values and bounds. See boosting.ts for the method. */
import type { Table } from '../data/table.ts';
import type { ClassWeight } from '../data/training-data.ts';
import { checkBounds, notNegative, positiveShare } from '../math/bounds.ts';

export interface BoostingParams {
  /** Most trees, 1 to 10,000. */
  readonly trees: number;
  /** η in (0, 1]. */
  readonly learningRate: number;
  /** By leaf: the leaf that gains most is split next. By level: one split for all leaves of a level (symmetric trees). */
  readonly growth: 'leaf' | 'level';
  /** Most leaves of a tree, ≥ 2. By level: all that `maxDepth` allows. */
  readonly maxLeaves: number;
  /** Deepest leaf, ≥ 1; by level 10 at most. */
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
  growth: 'leaf',
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

const bounds = {
  trees: { min: 1, max: 10_000, isWhole: true },
  learningRate: { above: 0, max: 1 },
  maxLeaves: { min: 2 },
  maxDepth: { min: 1 },
  minLeafWeight: { above: 0 },
  l2: notNegative,
  minGain: { min: 0 },
  rowShare: positiveShare,
  featureShare: positiveShare,
  validationShare: { min: 0, max: 0.5 },
  patience: { min: 1 },
} as const;

/** @throws RangeError when a parameter is out of bounds, or a constraint names a column that is not a number. */
export function checkBoostingParams(params: BoostingParams, table: Table): void {
  checkBounds('boosting', params, bounds);
  if (params.growth === 'level') checkLevels(params);
  for (const [name, sign] of Object.entries(params.monotone)) {
    const column = table.columns.find((candidate) => candidate.name === name);
    if (column?.kind !== 'number')
      throw new RangeError(`boosting: monotone must name number columns; '${name}' is not a number column`);
    if (Math.abs(sign) !== 1)
      throw new RangeError(`boosting: monotone of '${name}' must be 1 or -1, found ${sign}`);
  }
}

function checkLevels({ maxDepth, monotone }: BoostingParams): void {
  checkBounds('boosting by level', { maxDepth }, { maxDepth: { min: 1, max: 10 } });
  if (Object.keys(monotone).length > 0)
    throw new RangeError('boosting: monotone needs trees that grow by leaf');
}
