/**
 * Percentile bootstrap (Efron and Tibshirani, 1993) of measures without a simple formula for their variance. Each
 * class is drawn with replacement from itself, as many customers as it has, and the middle 95 % of the resampled figures
 * is the interval. Every measure depends on a row by its score and class only, so a resample is kept as two counts for
 * each distinct score, and one pass over them gives all measures without sorting again.
 * Assumptions: customers are independent.
 */
import type { Interval } from './wilson.ts';
import type { Random } from '../math/random.ts';
import type { ScoreGroups } from './score-groups.ts';

type Measure = 'f1' | 'prAuc' | 'logLoss' | 'brier' | 'topDecileLift' | 'ece';

/** Customers of either class in each group of equal scores, in one resample. */
interface Resample {
  readonly positives: Int32Array;
  readonly negatives: Int32Array;
}

const rowsAtFullCount = 20_000;
const fewestResamples = 100;

/**
 * 95 % intervals. Each holds the figure of the customers themselves: it is widened to it where resampling shifts a
 * measure, as it does the calibration error, which chance can only raise. Needs both classes.
 */
export function bootstrapIntervals(
  groups: ScoreGroups,
  threshold: number,
  random: Random,
  resamples: number,
): Record<Measure, Interval> {
  const measure = prepareMeasures(groups, threshold);
  const itself = measure(groups);
  const drawn = drawFigures(groups, measure, random, resampleCount(resamples, groups.groupOf.length));
  const intervalOf = (name: Measure): Interval => middle(drawn[name], itself[name]);
  return {
    f1: intervalOf('f1'),
    prAuc: intervalOf('prAuc'),
    logLoss: intervalOf('logLoss'),
    brier: intervalOf('brier'),
    topDecileLift: intervalOf('topDecileLift'),
    ece: intervalOf('ece'),
  };
}

function resampleCount(resamples: number, rows: number): number {
  if (!(Number.isInteger(resamples) && resamples >= 1))
    throw new RangeError(`resamples must be a whole number of at least 1, found ${resamples}`);
  if (rows <= rowsAtFullCount) return resamples;
  return Math.min(resamples, Math.max(fewestResamples, Math.round((resamples * rowsAtFullCount) / rows)));
}

function drawFigures(
  groups: ScoreGroups,
  measure: (resample: Resample) => Record<Measure, number>,
  random: Random,
  resamples: number,
): Record<Measure, Float64Array> {
  const figures = {
    f1: new Float64Array(resamples),
    prAuc: new Float64Array(resamples),
    logLoss: new Float64Array(resamples),
    brier: new Float64Array(resamples),
    topDecileLift: new Float64Array(resamples),
    ece: new Float64Array(resamples),
  };
  const rows = { positives: spread(groups.positives), negatives: spread(groups.negatives) };
  const resample = { positives: groups.positives.slice(), negatives: groups.negatives.slice() };
  for (let r = 0; r < resamples; r++) {
    draw(rows.positives, resample.positives, random);
    draw(rows.negatives, resample.negatives, random);
    const result = measure(resample);
    for (const name in figures) figures[name as Measure][r] = result[name as Measure];
  }
  return figures;
}

/** The group of every customer of a class, from the counts. */
function spread(counts: Int32Array): Int32Array {
  const groupOf = new Int32Array(counts.reduce((sum, count) => sum + count, 0));
  let end = 0;
  counts.forEach((count, group) => groupOf.fill(group, end, (end += count)));
  return groupOf;
}

function draw(rows: Int32Array, counts: Int32Array, random: Random): void {
  counts.fill(0);
  for (let i = rows.length; i > 0; i--) counts[rows[random.below(rows.length)]!]!++;
}

/** What does not change between resamples is worked out once. Definitions as in metrics.ts. */
function prepareMeasures(
  groups: ScoreGroups,
  threshold: number,
): (resample: Resample) => Record<Measure, number> {
  const total = groups.groupOf.length;
  const positiveCount = groups.positiveCount;
  const tenth = Math.max(1, Math.floor(total / 10));
  const firstBelow = groups.scores.findIndex((score) => score < threshold);
  const contactedGroups = firstBelow < 0 ? groups.scores.length : firstBelow;
  const losses = { left: groups.scores.map(lossOf), stayed: groups.scores.map((score) => lossOf(1 - score)) };
  return (resample) => {
    const ranked = rankFigures(resample, tenth, contactedGroups);
    return {
      f1: (2 * ranked.hits) / (ranked.contacted + positiveCount),
      prAuc: ranked.area / positiveCount,
      topDecileLift: ranked.inTenth / tenth / (positiveCount / total),
      ...probabilityFigures(groups.scores, losses, resample, total),
    };
  };
}

function rankFigures(
  { positives, negatives }: Resample,
  tenth: number,
  contactedGroups: number,
): { hits: number; contacted: number; area: number; inTenth: number } {
  const sums = { hits: 0, contacted: 0, area: 0, inTenth: 0 };
  let found = 0;
  let seen = 0;
  for (let group = 0; group < positives.length; group++) {
    const left = positives[group]!;
    const size = left + negatives[group]!;
    if (size === 0) continue;
    if (seen < tenth) sums.inTenth += left * Math.min(1, (tenth - seen) / size);
    found += left;
    seen += size;
    sums.area += left * (found / seen);
    if (group >= contactedGroups) continue;
    sums.hits = found;
    sums.contacted = seen;
  }
  return sums;
}

function probabilityFigures(
  scores: Float64Array,
  losses: { readonly left: Float64Array; readonly stayed: Float64Array },
  { positives, negatives }: Resample,
  total: number,
): { logLoss: number; brier: number; ece: number } {
  let logLoss = 0;
  let brier = 0;
  const differences = new Float64Array(10);
  for (let group = 0; group < scores.length; group++) {
    const left = positives[group]!;
    const stayed = negatives[group]!;
    const score = scores[group]!;
    logLoss += left * losses.left[group]! + stayed * losses.stayed[group]!;
    brier += left * (1 - score) ** 2 + stayed * score ** 2;
    differences[Math.min(9, Math.floor(score * 10))]! += left - (left + stayed) * score;
  }
  const distance = differences.reduce((sum, difference) => sum + Math.abs(difference), 0);
  return { logLoss: logLoss / total, brier: brier / total, ece: distance / total };
}

function lossOf(probabilityOfTruth: number): number {
  return -Math.log(Math.min(1 - 1e-15, Math.max(1e-15, probabilityOfTruth)));
}

/** The middle 95 % of the figures, widened to hold `itself`. */
export function middle(figures: Float64Array, itself: number): Interval {
  const sorted = figures.slice().sort();
  return {
    low: Math.min(itself, quantile(sorted, 0.025)),
    high: Math.max(itself, quantile(sorted, 0.975)),
  };
}

/** Linear between neighbours, as numpy does. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}
