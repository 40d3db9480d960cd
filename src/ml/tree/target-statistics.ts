/**
 * The bins that trees are grown on. Numbers and categories of few levels are binned as they are (bins.ts); a category with
 * more than MANY_LEVELS levels, of which most have few rows, is replaced by the churn rate of its levels.
 *
 * Method: target statistics (Micci-Barreca 2001), cross-fitted: the rate of a level with n rows of which k left is
 * (k + s·rate) / (n + s), s being the pseudo-rows that empirical Bayes gives: the variance within levels as a share of that
 * between them. A row of the training gets the rate of its level in the other folds, as its own outcome would tell itself;
 * where no other fold has the level, the row has no value, as unseen levels have in prediction. Bins are quantiles of the
 * rates, in ascending order, so that trees split them like a number and store the split as a set of bins.
 * CatBoost's ordered statistics (Prokhorenkova et al. 2018) use the rows before each one instead of other folds.
 * Assumptions: a level matters by its rate alone, also together with other columns.
 */
import { fewestOfAClass, stratifiedFolds } from '../evaluation/cross-validation.ts';
import type { TrainingData } from '../estimator.ts';
import type { CategoryColumn } from '../data/table.ts';
import { weightedRate } from '../data/training-data.ts';
import type { Random } from '../math/random.ts';
import { binColumns, fitBins, NO_VALUE_BIN, type CategoryBins, type FeatureBins } from './bins.ts';

/** With more, levels are ordered by their rates. */
export const MANY_LEVELS = 100;
const FOLDS = 10;
const RATE_BINS = 64;

export interface TrainingBins {
  readonly bins: readonly FeatureBins[];
  /** The bins of the training rows, one array a feature. */
  readonly columns: readonly Uint8Array[];
  /** 1 for categories whose bins ascend by rate. */
  readonly isOrdered: Uint8Array<ArrayBuffer>;
}

/** `weights`: one a row, class weights included. */
export function binTraining(data: TrainingData, weights: Float64Array, random: Random): TrainingBins {
  const { table } = data;
  const isOrdered = Uint8Array.from(table.columns, (column) =>
    Number(column.kind === 'category' && column.levels.length > MANY_LEVELS),
  );
  const plain = fitBins(table);
  const columns = binColumns(plain, table);
  if (!isOrdered.includes(1)) return { bins: plain, columns, isOrdered };
  const foldOf = foldsOf(data, weights, random);
  const bins = plain.map((feature, f): FeatureBins => {
    if (isOrdered[f] === 0) return feature;
    const rated = rateLevels(table.columns[f] as CategoryColumn, data.target, weights, foldOf);
    columns[f] = rated.rows;
    return rated.bins;
  });
  return { bins, columns, isOrdered };
}

/** Rows of no weight are in a fold too, where they count for nothing. */
function foldsOf({ target, groups }: TrainingData, weights: Float64Array, random: Random): Uint8Array {
  const weighing = Int32Array.from(weights.keys()).filter((row) => weights[row]! > 0);
  const labels = Uint8Array.from(weighing, (row) => target[row]!);
  const own = groups ? Int32Array.from(weighing, (row) => groups[row]!) : null;
  const foldOf = new Uint8Array(target.length);
  const folds = Math.min(FOLDS, fewestOfAClass(labels, own));
  if (folds < 2) return foldOf;
  stratifiedFolds(labels, folds, random, own).forEach((fold, i) => (foldOf[weighing[i]!] = fold));
  return foldOf;
}

function rateLevels(
  { name, levels, codes }: CategoryColumn,
  target: Uint8Array,
  weights: Float64Array,
  foldOf: Uint8Array,
): { readonly bins: CategoryBins; readonly rows: Uint8Array } {
  const levelCount = levels.length;
  const all = sumLevels(levelCount, codes, target, weights);
  const rate = weightedRate(target, weights);
  const prior = priorRows(all, rate);
  const rateOf = (left: number, count: number): number => (left + prior * rate) / (count + prior);
  const rates = all.left.map((left, level) => rateOf(left, all.count[level]!));
  const edges = edgesOf(Float64Array.from(codes, (code) => (code >= 0 ? rates[code]! : NaN)));
  const rows = new Uint8Array(codes.length).fill(NO_VALUE_BIN);
  const folds = 1 + foldOf.reduce((most, fold) => Math.max(most, fold), 0);
  for (let fold = 0; fold < folds; fold++) {
    const own = sumLevels(levelCount, codes, target, weights, (row) => foldOf[row] === fold);
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row]!;
      if (foldOf[row] !== fold || code < 0) continue;
      const count = all.count[code]! - own.count[code]!;
      if (count > 1e-9 * all.count[code]!)
        rows[row] = binOf(edges, rateOf(all.left[code]! - own.left[code]!, count));
    }
  }
  const binOfLevel = Uint8Array.from(rates, (own, level) =>
    all.count[level]! > 0 ? binOf(edges, own) : NO_VALUE_BIN,
  );
  return { bins: { kind: 'category', name, binOfLevel, valueBins: edges.length + 1 }, rows };
}

interface LevelSums {
  /** Weight of the customers who left, and of all, one a level. */
  readonly left: Float64Array;
  readonly count: Float64Array;
}

function sumLevels(
  levelCount: number,
  codes: Int32Array,
  target: Uint8Array,
  weights: Float64Array,
  isIn: (row: number) => boolean = () => true,
): LevelSums {
  const left = new Float64Array(levelCount);
  const count = new Float64Array(levelCount);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    if (code < 0 || !isIn(row)) continue;
    count[code]! += weights[row]!;
    left[code]! += weights[row]! * target[row]!;
  }
  return { left, count };
}

/** s = rate (1 − rate) / τ², τ² being the variance of rates between levels by the method of moments; 1 to 1,000. */
function priorRows({ left, count }: LevelSums, rate: number): number {
  const within = rate * (1 - rate);
  let squares = 0;
  let total = 0;
  let levels = 0;
  for (let level = 0; level < count.length; level++) {
    const own = count[level]!;
    if (own <= 0) continue;
    squares += own * (left[level]! / own - rate) ** 2;
    total += own;
    levels++;
  }
  const between = (squares - levels * within) / total;
  return Math.min(1_000, Math.max(1, between > 0 ? within / between : Infinity));
}

/** Quantiles of the rates that rows have, as those of a number. */
function edgesOf(values: Float64Array): Float64Array {
  const table = { rowCount: values.length, columns: [{ kind: 'number', name: 'rate', values }] } as const;
  const [feature] = fitBins(table, RATE_BINS);
  return feature!.kind === 'number' ? feature!.edges : new Float64Array(0);
}

function binOf(edges: Float64Array, rate: number): number {
  let bin = 1;
  while (bin <= edges.length && edges[bin - 1]! <= rate) bin++;
  return bin;
}
