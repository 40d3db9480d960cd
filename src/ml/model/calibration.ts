/**
 * Calibration: a rising map from an estimator's scores to calibrated probabilities: of the
 * customers scored at 30 %, about 30 in 100 leave.
 *
 * Platt (1999): σ(a·logit(s) + b), fitted by Newton's method to Platt's smoothed targets. Isotonic: pool
 * adjacent violators (Barlow et al. 1972), then *centred* (Oron and Flournoy 2017): straight lines through the
 * blocks' mean score and rate, from (0, 0) to (1, 1), so that the order of scores survives. Which one, or none,
 * is chosen by five-fold cross-validated log loss; a map is used only if it lowers it by 0.1 %.
 * Reasons are carried along the straight path: they are scaled by (g(p) − g(base)) / (p − base).
 * Assumes scores that the estimator gave to rows it had not learned from.
 */
import { fewestOfAClass, stratifiedFolds } from '../evaluation/cross-validation.ts';
import type { Scores } from '../estimator.ts';
import { logLoss } from '../evaluation/metrics.ts';
import type { Random } from '../math/random.ts';
import { number } from './shape.ts';
import type { RowGroups } from '../data/row-groups.ts';
import { logit, sigmoid } from '../math/sigmoid.ts';

export type Calibration =
  | { readonly method: 'none' }
  | { readonly method: 'platt'; readonly slope: number; readonly intercept: number }
  /** A line through (scores[i], rates[i]), both rising, from (0, 0) to (1, 1). */
  | { readonly method: 'isotonic'; readonly scores: Float64Array; readonly rates: Float64Array };

/** Scores are cut to [CUT, 1 − CUT] before they become log-odds. */
export const CUT = 1e-6;
const WORTH = 1e-3;
const FOLDS = 5;
/** Blocks of a stored map at most. */
const MAX_KNOTS = 10_000;
const none: Calibration = { method: 'none' };

/** Chooses by cross-validation. `scores` are out of fold, in [0, 1]; `target` 0 or 1, of the same length. */
export function fitCalibration(
  scores: Float64Array,
  target: Uint8Array,
  random: Random,
  groups: RowGroups = null,
): Calibration {
  if (fewestOfAClass(target, groups) < 2 * FOLDS) return none;
  const foldOf = stratifiedFolds(target, FOLDS, random, groups);
  const plain = logLoss(scores, target);
  const platt = validatedLoss(fitPlatt, scores, target, foldOf);
  const isotonic = validatedLoss(fitIsotonic, scores, target, foldOf);
  const best = Math.min(platt, isotonic);
  if (!(plain - best > WORTH * plain)) return none;
  return platt <= isotonic ? fitPlatt(scores, target) : fitIsotonic(scores, target);
}

/** Probabilities for scores; rising, in [0, 1]. */
export function calibrate(calibration: Calibration, scores: Float64Array): Float64Array {
  if (calibration.method === 'none') return scores;
  return scores.map((score) => calibrateOne(calibration, score));
}

/** Calibrated probabilities, and reasons that add up to them; the estimator's reasons are overwritten. */
export function calibrateScores(calibration: Calibration, scores: Scores): Scores {
  if (calibration.method === 'none') return scores;
  const { featureCount, base, contributions } = scores.explanation;
  const probabilities = calibrate(calibration, scores.probabilities);
  const newBase = calibrateOne(calibration, base);
  for (let row = 0, at = 0; row < probabilities.length; row++, at += featureCount) {
    const away = scores.probabilities[row]! - base;
    const slope = Math.abs(away) > 1e-12 ? (probabilities[row]! - newBase) / away : 0;
    for (let j = at; j < at + featureCount; j++) contributions[j]! *= slope;
  }
  return { probabilities, explanation: { featureCount, base: newBase, contributions } };
}

/** Platt's map. */
export function fitPlatt(
  scores: Float64Array,
  target: Uint8Array,
): Extract<Calibration, { method: 'platt' }> {
  const margins = scores.map(cutLogit);
  const positives = target.reduce((sum, label) => sum + label, 0);
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (target.length - positives + 2);
  let slope = 1;
  let intercept = 0;
  for (let step = 0; step < 100; step++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 1e-9];
    for (let i = 0; i < margins.length; i++) {
      const p = sigmoid(slope * margins[i]! + intercept);
      const error = p - (target[i] === 1 ? high : low);
      const curvature = p * (1 - p) + 1e-12;
      g0 += error;
      g1 += error * margins[i]!;
      h00 += curvature;
      h01 += curvature * margins[i]!;
      h11 += curvature * margins[i]! ** 2;
    }
    const determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 0)) break;
    const [dIntercept, dSlope] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
    intercept -= dIntercept;
    slope -= dSlope;
    if (Math.abs(dIntercept) + Math.abs(dSlope) < 1e-10) break;
  }
  // A falling or infinite map would reverse the ranking: such scores are not informative and stay as they are.
  return slope > 0 && Number.isFinite(slope + intercept)
    ? { method: 'platt', slope, intercept }
    : { method: 'platt', slope: 1, intercept: 0 };
}

/** Centred isotonic regression. */
export function fitIsotonic(
  scores: Float64Array,
  target: Uint8Array,
): Extract<Calibration, { method: 'isotonic' }> {
  const blocks = poolAdjacentViolators(scores, target);
  const inner = blocks.filter(({ rate, score }) => rate > 0 && rate < 1 && score > 0 && score < 1);
  const kept =
    inner.length > MAX_KNOTS ? inner.filter((_, i) => i % Math.ceil(inner.length / MAX_KNOTS) === 0) : inner;
  return {
    method: 'isotonic',
    scores: Float64Array.from([0, ...kept.map(({ score }) => score), 1]),
    rates: Float64Array.from([0, ...kept.map(({ rate }) => rate), 1]),
  };
}

/** A stretch of scores with one rate. */
export interface Block {
  /** Mean of its scores. */
  readonly score: number;
  readonly rate: number;
  readonly count: number;
}

/** The rising step function nearest to the labels, as blocks from low to high; equal scores are one. */
export function poolAdjacentViolators(scores: Float64Array, target: Uint8Array): Block[] {
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  const sums: { score: number; left: number; count: number }[] = [];
  for (let i = 0; i < order.length;) {
    const block = { score: 0, left: 0, count: 0 };
    const { [i]: first = 0 } = order;
    for (; i < order.length && scores[order[i]!] === scores[first]; i++) {
      block.score += scores[order[i]!]!;
      block.left += target[order[i]!]!;
      block.count++;
    }
    sums.push(block);
    while (sums.length > 1 && rateOf(sums.at(-2)!) >= rateOf(sums.at(-1)!)) {
      const last = sums.pop()!;
      const before = sums.at(-1)!;
      before.score += last.score;
      before.left += last.left;
      before.count += last.count;
    }
  }
  return sums.map((block) => ({
    score: block.score / block.count,
    rate: rateOf(block),
    count: block.count,
  }));
}

/** What is wrong with a map that was read from a file, in words, or null. */
export function checkCalibration(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return 'the calibration is missing';
  const map = value as Readonly<Record<string, unknown>>;
  if (map['method'] === 'none') return null;
  if (map['method'] === 'platt') {
    const { slope, intercept } = map;
    const isUsable = [slope, intercept].every((one) => number(one, '') === null) && Number(slope) > 0;
    return isUsable ? null : 'the calibration does not rise';
  }
  const { scores, rates } = map;
  if (map['method'] !== 'isotonic' || !(scores instanceof Float64Array) || !(rates instanceof Float64Array))
    return 'the calibration is of an unknown kind';
  const isUsable = scores.length === rates.length && scores.length >= 2 && scores.length <= MAX_KNOTS + 2;
  return isUsable && isRising(scores) && isRising(rates) ? null : 'the calibration does not rise from 0 to 1';
}

function isRising(values: Float64Array): boolean {
  return (
    values[0] === 0 && values.at(-1) === 1 && values.every((value, i) => i === 0 || value > values[i - 1]!)
  );
}

function rateOf({ left, count }: { left: number; count: number }): number {
  return left / count;
}

function calibrateOne(calibration: Exclude<Calibration, { method: 'none' }>, score: number): number {
  if (calibration.method === 'platt')
    return sigmoid(calibration.slope * cutLogit(score) + calibration.intercept);
  const { scores, rates } = calibration;
  let [from, to] = [0, scores.length - 1];
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if (scores[middle]! <= score) from = middle;
    else to = middle;
  }
  const share = (score - scores[from]!) / (scores[to]! - scores[from]!);
  return rates[from]! + share * (rates[to]! - rates[from]!);
}

function validatedLoss(
  fit: (scores: Float64Array, target: Uint8Array) => Calibration,
  scores: Float64Array,
  target: Uint8Array,
  foldOf: Uint8Array,
): number {
  const calibrated = new Float64Array(scores.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    const isTraining = (_: number, row: number): boolean => foldOf[row] !== fold;
    const map = fit(scores.filter(isTraining), target.filter(isTraining));
    const all = calibrate(map, scores);
    for (let row = 0; row < scores.length; row++) if (foldOf[row] === fold) calibrated[row] = all[row]!;
  }
  return logLoss(calibrated, target);
}

function cutLogit(p: number): number {
  return logit(Math.min(Math.max(p, CUT), 1 - CUT));
}
