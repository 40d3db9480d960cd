/**
 * How good a model is on customers whose outcome is not known yet: what its figures are to be expected if its probabilities hold.
 *
 * Method: confidence-based estimation. A customer with probability p leaves with probability p, so that the customers of a file with
 * scores p hold Σ p who leave. With E over outcomes:
 *   precision = Σ p / n over those contacted      Brier score = Σ p (1 − p) / n
 *   log loss  = Σ −p ln p − (1 − p) ln(1 − p) / n
 *   ROC AUC   = Σ over pairs of p (1 − p′), where p is above p′, ties counting half, divided by Σ p · Σ (1 − p)
 * Intervals (95 %) are those of a realised figure: outcomes are drawn by p, and probabilities are known only as well as m held-out
 * customers can tell, so that variances of n customers are multiplied by 1 + n/m. DeLong's variance with expected counts
 * serves the area.
 * References: Garg et al. (2022), Leveraging unlabeled data to predict out-of-distribution performance; Guillory et al. (2021),
 * Predicting with confidence on unseen distributions; DeLong, DeLong and Clarke-Pearson (1988).
 * Assumptions: probabilities are calibrated for these customers too. That holds when the mix of customers changes, and not
 * when customers of the same kind begin to leave more or less often (concept drift): only outcomes show that.
 */
import { logit, sigmoid } from '../math/sigmoid.ts';
import { z95 } from '../evaluation/wilson.ts';
import type { Interval } from '../evaluation/wilson.ts';
import { delongVariance } from '../evaluation/intervals.ts';
import type { ThresholdRow } from '../evaluation/curves.ts';
import { scoreSteps, thresholdSteps } from './tally.ts';

/** Of the scores of a file; see TallyLayout. */
export interface ScoreSums {
  /** Customers by thousandth, from 0 to 1: `scoreSteps + 1`. */
  readonly scores: readonly number[];
  /** By hundredth, sums of p, p · v and p · v²: `thresholdSteps + 1` each. */
  readonly probability: readonly number[];
  readonly value: readonly number[];
  readonly squaredValue: readonly number[];
}

export interface Estimate extends Interval {
  readonly value: number;
}

export interface ExpectedPerformance {
  readonly customers: number;
  /** Null: one outcome is all but impossible. */
  readonly rocAuc: Estimate | null;
  readonly logLoss: Estimate;
  readonly brier: Estimate;
  /** Null: nobody is at or above the threshold. */
  readonly precision: Estimate | null;
  /** Share of customers to leave. */
  readonly rate: Estimate;
}

/** Confusion by threshold as it is to be expected: counts of customers who leave are sums of probabilities. */
export function expectedSweep({ scores, probability, value, squaredValue }: ScoreSums): ThresholdRow[] {
  const customers = byThreshold(scores);
  const [all, leaving] = [sum(customers), sum(probability)];
  const rows: ThresholdRow[] = [];
  let [contacted, truePositives, worth, squares] = [0, 0, 0, 0];
  for (let step = thresholdSteps; step >= 0; step--) {
    contacted += customers[step]!;
    truePositives += probability[step]!;
    worth += value[step]!;
    squares += squaredValue[step]!;
    rows.push({
      threshold: step / thresholdSteps,
      truePositives,
      falsePositives: contacted - truePositives,
      falseNegatives: leaving - truePositives,
      trueNegatives: all - contacted - (leaving - truePositives),
      valueOfTruePositives: worth,
      squaredValueOfTruePositives: squares,
    });
  }
  return rows.reverse();
}

/** Customers by hundredth. */
export function byThreshold(scores: readonly number[]): number[] {
  const counts = new Array<number>(thresholdSteps + 1).fill(0);
  scores.forEach((count, step) => {
    counts[Math.floor((step * thresholdSteps) / scoreSteps)]! += count;
  });
  return counts;
}

/** Null: there are no customers. `threshold`: in hundredths. `heldOut`: customers that the probabilities were measured on. */
export function expectPerformance(
  sums: ScoreSums,
  threshold: number,
  heldOut: number,
): ExpectedPerformance | null {
  const steps = sums.scores.flatMap((count, step) => (count === 0 ? [] : [{ count, p: middleOf(step) }]));
  const customers = sum(sums.scores);
  if (customers === 0) return null;
  const widening = 1 + customers / Math.max(1, heldOut);
  const mean = (of: (p: number) => number): number =>
    steps.reduce((total, { count, p }) => total + count * of(p), 0) / customers;
  const estimate = (value: number, variance: number): Estimate => {
    const half = z95 * Math.sqrt((variance * widening) / customers);
    return { value, low: Math.max(0, value - half), high: value + half };
  };
  return {
    customers,
    rocAuc: expectedArea(steps, widening),
    logLoss: estimate(
      mean((p) => -p * Math.log(p) - (1 - p) * Math.log(1 - p)),
      mean((p) => p * (1 - p) * logit(p) ** 2),
    ),
    brier: estimate(
      mean((p) => p * (1 - p)),
      mean((p) => p * (1 - p) * (1 - 2 * p) ** 2),
    ),
    precision: expectedPrecision(sums, threshold, heldOut),
    rate: atMostOne(
      estimate(
        sum(sums.probability) / customers,
        mean((p) => p * (1 - p)),
      ),
    ),
  };
}

interface Step {
  readonly count: number;
  readonly p: number;
}

/** Scores of a step stand for its middle; the last step is 1. */
function middleOf(step: number): number {
  return Math.min(1 - 0.25 / scoreSteps, (step + 0.5) / scoreSteps);
}

function expectedArea(rising: readonly Step[], widening: number): Estimate | null {
  const steps = [...rising].reverse();
  const positives = steps.map(({ count, p }) => count * p);
  const negatives = steps.map(({ count, p }) => count * (1 - p));
  const groups = { positives, negatives, positiveCount: sum(positives), negativeCount: sum(negatives) };
  if (Math.min(groups.positiveCount, groups.negativeCount) < 2) return null;
  const { area, variance } = delongVariance(groups);
  const spread = area * (1 - area);
  if (spread <= 0) return null;
  const half = (z95 * Math.sqrt(variance * widening)) / spread;
  return { value: area, low: sigmoid(logit(area) - half), high: sigmoid(logit(area) + half) };
}

function expectedPrecision(
  { scores, probability }: ScoreSums,
  threshold: number,
  heldOut: number,
): Estimate | null {
  const from = Math.round(threshold * thresholdSteps);
  const all = sum(scores);
  const contacted = sum(byThreshold(scores).slice(from));
  if (contacted === 0) return null;
  const value = sum(probability.slice(from)) / contacted;
  // Of the held-out customers, as large a share is at or above the threshold.
  const known = (heldOut * contacted) / all;
  const half = z95 * Math.sqrt(value * (1 - value) * (1 / contacted + 1 / Math.max(1, known)));
  return atMostOne({ value, low: Math.max(0, value - half), high: value + half });
}

function atMostOne({ value, low, high }: Estimate): Estimate {
  return { value, low, high: Math.min(1, high) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
