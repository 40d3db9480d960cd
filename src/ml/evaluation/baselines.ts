/**
 * Baselines: `majority`, which gives every customer the training rate, and `oneColumn`, the best rule on a
 * single column, which gives every customer the rate of their bin in that column.
 *
 * Method of the rule: Holte (1993), Very simple classification rules perform well on most commonly used
 * datasets. A column has at most eight quantile bins (categories: their levels, at most 255) and one for
 * no value; rates are drawn to the overall rate by ten pseudo-rows. The column is the one with the lowest
 * log loss in five-fold cross-validation on rows (or groups of rows) taken in turn, so that many bins are no advantage.
 * Reasons: the whole difference to the mean prediction belongs to the column.
 */
import type { Estimator, Scores, TrainingData } from '../estimator.ts';
import type { Table } from '../data/table.ts';
import { checkTrainingData, rowWeights } from '../data/training-data.ts';
import { binColumns, binCount, fitBins, type FeatureBins } from '../tree/bins.ts';

export interface MajorityModel {
  readonly featureCount: number;
  /** Weighted share of the positive class. */
  readonly rate: number;
}

export interface OneColumnModel {
  readonly bins: readonly FeatureBins[];
  /** Index of the column. */
  readonly feature: number;
  /** Probability in each bin, bin 0 for no value. */
  readonly rates: Float64Array;
  /** Mean prediction over the training rows. */
  readonly base: number;
}

const BINS = 8;
const FOLDS = 5;
const PSEUDO_ROWS = 10;

export const majority: Estimator<object, MajorityModel> = {
  defaults: {},
  fit: (_params, data) => {
    checkTrainingData(data);
    const weights = rowWeights(data, 'none');
    const rates = binRates(new Uint8Array(weights.length), 1, data.target, weights, null);
    return { featureCount: data.table.columns.length, rate: rates.rate };
  },
  predict: (model, table) => new Float64Array(table.rowCount).fill(model.rate),
  explain: (model, table) => majority.score(model, table).explanation,
  score: (model, table) => ({
    probabilities: majority.predict(model, table),
    explanation: {
      featureCount: model.featureCount,
      base: model.rate,
      contributions: new Float64Array(table.rowCount * model.featureCount),
    },
  }),
};

export const oneColumn: Estimator<object, OneColumnModel> = {
  defaults: {},
  fit: (_params, data) => fitOneColumn(data),
  predict: predictOneColumn,
  explain: (model, table) => scoreOneColumn(model, table).explanation,
  score: scoreOneColumn,
};

function fitOneColumn(data: TrainingData): OneColumnModel {
  checkTrainingData(data);
  const weights = rowWeights(data, 'none');
  const numberBins = fitBins(data.table, BINS);
  const bins = fitBins(data.table).map((feature, f) =>
    feature.kind === 'number' ? numberBins[f]! : feature,
  );
  const columns = binColumns(bins, data.table);
  const losses = columns.map((column, f) => crossValidatedLoss(column, binCount(bins[f]!), data, weights));
  const feature = losses.indexOf(Math.min(...losses));
  const { rates } = binRates(columns[feature]!, binCount(bins[feature]!), data.target, weights, null);
  let base = 0;
  let total = 0;
  for (let row = 0; row < weights.length; row++) {
    base += weights[row]! * rates[columns[feature]![row]!]!;
    total += weights[row]!;
  }
  return { bins, feature, rates, base: base / total };
}

function predictOneColumn(model: OneColumnModel, table: Table): Float64Array {
  return Float64Array.from(binColumns(model.bins, table)[model.feature]!, (bin) => model.rates[bin]!);
}

function scoreOneColumn(model: OneColumnModel, table: Table): Scores {
  const featureCount = model.bins.length;
  const contributions = new Float64Array(table.rowCount * featureCount);
  const probabilities = predictOneColumn(model, table);
  probabilities.forEach((p, row) => {
    contributions[row * featureCount + model.feature] = p - model.base;
  });
  return { probabilities, explanation: { featureCount, base: model.base, contributions } };
}

function crossValidatedLoss(
  column: Uint8Array,
  bins: number,
  { target, groups }: TrainingData,
  weights: Float64Array,
): number {
  let loss = 0;
  const foldOf = Uint8Array.from(target, (_, row) => (groups?.[row] ?? row) % FOLDS);
  for (let fold = 0; fold < FOLDS; fold++) {
    const { rates } = binRates(column, bins, target, weights, { foldOf, fold });
    for (let row = 0; row < target.length; row++) {
      if (foldOf[row] !== fold) continue;
      const p = rates[column[row]!]!;
      loss -= weights[row]! * Math.log(Math.max(1e-15, target[row] === 1 ? p : 1 - p));
    }
  }
  return loss;
}

/** Smoothed rates of all rows but those of the fold that is left out, and the overall rate. */
function binRates(
  column: Uint8Array,
  bins: number,
  target: Uint8Array,
  weights: Float64Array,
  leftOut: { readonly foldOf: Uint8Array; readonly fold: number } | null,
): { rates: Float64Array; rate: number } {
  const positive = new Float64Array(bins);
  const total = new Float64Array(bins);
  for (let row = 0; row < target.length; row++) {
    if (leftOut !== null && leftOut.foldOf[row] === leftOut.fold) continue;
    total[column[row]!]! += weights[row]!;
    positive[column[row]!]! += weights[row]! * target[row]!;
  }
  const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
  const all = sum(total);
  const rate = all > 0 ? sum(positive) / all : 0.5;
  return { rates: total.map((n, bin) => (positive[bin]! + PSEUDO_ROWS * rate) / (n + PSEUDO_ROWS)), rate };
}
