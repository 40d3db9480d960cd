/**
 * Curves of an evaluation: confusion by threshold, cumulative gains and lift, and reliability (Fawcett, 2006; Niculescu-
 * Mizil and Caruana, 2005). Customers are contacted from the highest score down; where scores tie, the order within the
 * tie is unknown, so a part of it holds its share of the customers who left.
 */
import { wilsonInterval } from './wilson.ts';
import type { Confusion } from './metrics.ts';
import { checkPairs, groupBothClasses } from './score-groups.ts';

export interface ThresholdRow extends Confusion {
  /** 0.00, 0.01 … 1.00: customers with this score or more count as likely to leave. */
  readonly threshold: number;
  /** Sum of the values of the customers found who left; 0 where no values were given. */
  readonly valueOfTruePositives: number;
  /** Sum of their squares, for intervals of profit; absent in models of before version 0.2. */
  readonly squaredValueOfTruePositives?: number;
}

export interface GainsPoint {
  /** Share of customers contacted, in (0, 1]. */
  readonly share: number;
  /** Share among them of customers who left, in [0, 1]. */
  readonly found: number;
  /** `found` relative to contacting at random. */
  readonly lift: number;
}

export interface ReliabilityBin {
  /** Scores in [from, to); the last bin holds 1 as well. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly meanScore: number;
  /** Share that left, with the ends of its 95 % interval. */
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

const steps = 100;

/** 101 rows, one pass over the customers. `values`: one a customer, such as a monthly charge. @throws RangeError */
export function thresholdSweep(
  scores: Float64Array,
  target: Uint8Array,
  values?: Float64Array,
): ThresholdRow[] {
  checkPairs(scores, target);
  if (values) checkValues(values, scores.length);
  const positives = new Int32Array(steps + 1);
  const negatives = new Int32Array(steps + 1);
  const worth = new Float64Array(steps + 1);
  const squares = new Float64Array(steps + 1);
  for (let i = 0; i < scores.length; i++) {
    const step = highestStep(scores[i]!, steps);
    (target[i] === 1 ? positives : negatives)[step]!++;
    if (!values || target[i] !== 1) continue;
    worth[step]! += values[i]!;
    squares[step]! += values[i]! ** 2;
  }
  return sumFromAbove(positives, negatives, worth, squares);
}

/** `points` points at equal shares of the customers, the last at 1. @throws RangeError with one class only */
export function gainsCurve(scores: Float64Array, target: Uint8Array, points = 20): GainsPoint[] {
  if (!(Number.isInteger(points) && points >= 1))
    throw new RangeError(`points must be a whole number of at least 1, found ${points}`);
  const groups = groupBothClasses(scores, target);
  const curve: GainsPoint[] = [];
  let group = 0;
  let before = { seen: 0, found: 0 };
  for (let point = 1; point <= points; point++) {
    const contacted = (point / points) * scores.length;
    let size = groups.positives[group]! + groups.negatives[group]!;
    while (before.seen + size < contacted && group < groups.scores.length - 1) {
      before = { seen: before.seen + size, found: before.found + groups.positives[group]! };
      group++;
      size = groups.positives[group]! + groups.negatives[group]!;
    }
    const found = before.found + groups.positives[group]! * ((contacted - before.seen) / size);
    const share = point / points;
    curve.push({ share, found: found / groups.positiveCount, lift: found / groups.positiveCount / share });
  }
  return curve;
}

/** Bins of equal width, as the calibration error has them; empty ones are left out. @throws RangeError */
export function reliabilityCurve(scores: Float64Array, target: Uint8Array, bins = 10): ReliabilityBin[] {
  checkPairs(scores, target);
  if (!(Number.isInteger(bins) && bins >= 1))
    throw new RangeError(`bins must be a whole number of at least 1, found ${bins}`);
  const counts = new Int32Array(bins);
  const positives = new Int32Array(bins);
  const sums = new Float64Array(bins);
  for (let i = 0; i < scores.length; i++) {
    const bin = Math.min(bins - 1, Math.floor(scores[i]! * bins));
    counts[bin]!++;
    positives[bin]! += target[i] === 1 ? 1 : 0;
    sums[bin]! += scores[i]!;
  }
  return [...counts.keys()]
    .filter((bin) => counts[bin]! > 0)
    .map((bin) => ({
      from: bin / bins,
      to: (bin + 1) / bins,
      count: counts[bin]!,
      meanScore: sums[bin]! / counts[bin]!,
      rate: positives[bin]! / counts[bin]!,
      ...wilsonInterval(positives[bin]!, counts[bin]!),
    }));
}

/** @throws RangeError unless there is one finite value a customer */
export function checkValues(values: Float64Array, rows: number): void {
  if (values.length !== rows)
    throw new RangeError(`values must have ${rows} entries, one a customer, found ${values.length}`);
  for (const value of values)
    if (!Number.isFinite(value)) throw new RangeError(`values must be finite, found ${value}`);
}

/** The highest k with score ≥ k / `steps`. The product may round across a step, so the comparison itself decides. */
export function highestStep(score: number, steps: number): number {
  const step = Math.min(steps, Math.floor(score * steps));
  if (score < step / steps) return step - 1;
  return step < steps && score >= (step + 1) / steps ? step + 1 : step;
}

function sumFromAbove(
  positives: Int32Array,
  negatives: Int32Array,
  worth: Float64Array,
  squares: Float64Array,
): ThresholdRow[] {
  const rows: ThresholdRow[] = [];
  let [truePositives, falsePositives, valueOfTruePositives, squaredValueOfTruePositives] = [0, 0, 0, 0];
  let falseNegatives = positives.reduce((sum, count) => sum + count, 0);
  let trueNegatives = negatives.reduce((sum, count) => sum + count, 0);
  for (let step = steps; step >= 0; step--) {
    truePositives += positives[step]!;
    falseNegatives -= positives[step]!;
    falsePositives += negatives[step]!;
    trueNegatives -= negatives[step]!;
    valueOfTruePositives += worth[step]!;
    squaredValueOfTruePositives += squares[step]!;
    rows.push({
      threshold: step / steps,
      truePositives,
      falsePositives,
      trueNegatives,
      falseNegatives,
      valueOfTruePositives,
      squaredValueOfTruePositives,
    });
  }
  return rows.reverse();
}
