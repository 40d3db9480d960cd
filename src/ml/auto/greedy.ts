/**
 * Which of many trials a blend needs, by their out-of-fold probabilities.
 *
 * Method: greedy ensemble selection (Caruana, Niculescu-Mizil, Crew and Ksikes 2004): the trial that lowers the log loss of
 * the mean log-odds most is added again and again, with replacement, until none lowers it. A trial that is not in yet is
 * first charged with the loss that it has to be worth. Each trial is calibrated before: one that is too sure would
 * otherwise make any that is unsure look useful.
 */
import { blendProbabilities, cutLogit, fitBlend } from './blend.ts';

/** Trials on some rows. */
export interface TrialsOnRows {
  /** Out of fold, one array a trial. */
  readonly probabilities: readonly Float64Array[];
  /** What a trial has to be worth, as a share of the log loss; one a trial. */
  readonly charges: readonly number[];
  readonly target: Uint8Array;
  readonly weights: Float64Array;
}

const maxAdditions = 20;
/** Share of the log loss that one more addition has to take away. */
const smallestGain = 2e-5;

/** How often each trial was added, as a share of all additions. */
export function greedyShares(trials: TrialsOnRows): Float64Array {
  const logits = trials.probabilities.map((own) => calibratedLogits(own, trials));
  const counts = new Float64Array(logits.length);
  const sum = new Float64Array(trials.target.length);
  let least = Infinity;
  for (let added = 0; added < maxAdditions; added++) {
    const losses = logits.map((own) => lossOfMean(sum, own, added + 1, trials));
    const charged = losses.map((loss, k) => (counts[k] === 0 ? loss * (1 + trials.charges[k]!) : loss));
    const next = charged.indexOf(Math.min(...charged));
    if (losses[next]! >= least * (1 - smallestGain)) break;
    least = losses[next]!;
    counts[next]!++;
    logits[next]!.forEach((own, row) => (sum[row]! += own));
  }
  const total = counts.reduce((all, count) => all + count, 0);
  return counts.map((count) => count / total);
}

function calibratedLogits(probabilities: Float64Array, { target, weights }: TrialsOnRows): Float64Array {
  const calibration = fitBlend([probabilities], target, weights);
  return blendProbabilities(calibration, [probabilities]).map(cutLogit);
}

/** Weighted mean log loss of the log-odds (sum + own) / count. */
function lossOfMean(
  sum: Float64Array,
  own: Float64Array,
  count: number,
  { target, weights }: TrialsOnRows,
): number {
  let loss = 0;
  let total = 0;
  for (let row = 0; row < sum.length; row++) {
    const margin = (sum[row]! + own[row]!) / count;
    const against = target[row] === 1 ? -margin : margin;
    loss += weights[row]! * (Math.max(against, 0) + Math.log1p(Math.exp(-Math.abs(against))));
    total += weights[row]!;
  }
  return loss / total;
}
