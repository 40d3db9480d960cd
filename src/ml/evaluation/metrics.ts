/**
 * Measures of predicted probabilities. Every measure takes scores and the truth (1 left, 0 stayed) of the same length.
 * Definitions as in Fawcett (2006), An introduction to ROC analysis, and scikit-learn's, against which they are checked.
 */

export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

export interface Metrics {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly rocAuc: number;
  /** Average precision. */
  readonly prAuc: number;
  readonly logLoss: number;
  readonly brier: number;
  /** Share of customers who left among the tenth with the highest scores, relative to that among all. */
  readonly topDecileLift: number;
  /** Expected calibration error over ten bins of equal width. */
  readonly ece: number;
  readonly confusion: Confusion;
}

/** All of them; `threshold` is the probability from which a customer counts as likely to leave. @throws RangeError */
export function computeMetrics(scores: Float64Array, target: Uint8Array, threshold: number): Metrics {
  checkScores(scores, target);
  const confusion = countConfusion(scores, target, threshold);
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = confusion;
  const order = descendingOrder(scores);
  return {
    accuracy: (truePositives + trueNegatives) / scores.length,
    precision: ratio(truePositives, truePositives + falsePositives),
    recall: ratio(truePositives, truePositives + falseNegatives),
    f1: ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
    rocAuc: rocAucOf(scores, target, order),
    prAuc: averagePrecisionOf(scores, target, order),
    logLoss: logLoss(scores, target),
    brier: brier(scores, target),
    topDecileLift: topDecileLiftOf(scores, target, order),
    ece: expectedCalibrationError(scores, target),
    confusion,
  };
}

export function countConfusion(scores: Float64Array, target: Uint8Array, threshold: number): Confusion {
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < scores.length; i++) counts[(scores[i]! >= threshold ? 2 : 0) + target[i]!]!++;
  const [trueNegatives, falseNegatives, falsePositives, truePositives] = counts as [
    number,
    number,
    number,
    number,
  ];
  return { truePositives, falsePositives, trueNegatives, falseNegatives };
}

/** The chance that a customer who left has a higher score than one who stayed; ties count half. NaN with one class. */
export function rocAuc(scores: Float64Array, target: Uint8Array): number {
  return rocAucOf(scores, target, descendingOrder(scores));
}

/** Mean of −log of the probability given to the truth; probabilities are kept 1e-15 away from 0 and 1. */
export function logLoss(scores: Float64Array, target: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const p = Math.min(1 - 1e-15, Math.max(1e-15, target[i] === 1 ? scores[i]! : 1 - scores[i]!));
    sum -= Math.log(p);
  }
  return sum / scores.length;
}

/** Mean squared difference between probability and truth. */
export function brier(scores: Float64Array, target: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += (scores[i]! - target[i]!) ** 2;
  return sum / scores.length;
}

/** Mean over bins, weighted by size, of |share of customers who left − mean probability|. */
export function expectedCalibrationError(scores: Float64Array, target: Uint8Array, bins = 10): number {
  const difference = new Float64Array(bins);
  for (let i = 0; i < scores.length; i++) {
    const bin = Math.min(bins - 1, Math.floor(scores[i]! * bins));
    difference[bin]! += target[i]! - scores[i]!;
  }
  return difference.reduce((sum, value) => sum + Math.abs(value), 0) / scores.length;
}

function rocAucOf(scores: Float64Array, target: Uint8Array, order: Int32Array): number {
  let positives = 0;
  let negatives = 0;
  let pairs = 0;
  forTies(scores, order, (from, to) => {
    let tiedPositives = 0;
    for (let i = from; i < to; i++) tiedPositives += target[order[i]!]!;
    const tiedNegatives = to - from - tiedPositives;
    pairs += tiedNegatives * (positives + tiedPositives / 2);
    positives += tiedPositives;
    negatives += tiedNegatives;
  });
  return pairs / (positives * negatives);
}

function averagePrecisionOf(scores: Float64Array, target: Uint8Array, order: Int32Array): number {
  let found = 0;
  let area = 0;
  forTies(scores, order, (from, to) => {
    let tiedPositives = 0;
    for (let i = from; i < to; i++) tiedPositives += target[order[i]!]!;
    found += tiedPositives;
    area += tiedPositives * (found / to);
  });
  return area / found;
}

/** Rows that tie at the edge of the tenth count by their share, so that their order does not matter. */
function topDecileLiftOf(scores: Float64Array, target: Uint8Array, order: Int32Array): number {
  const size = Math.max(1, Math.floor(scores.length / 10));
  let found = 0;
  let all = 0;
  forTies(scores, order, (from, to) => {
    let tiedPositives = 0;
    for (let i = from; i < to; i++) tiedPositives += target[order[i]!]!;
    all += tiedPositives;
    if (from < size) found += tiedPositives * Math.min(1, (size - from) / (to - from));
  });
  return found / size / (all / scores.length);
}

/** Visits stretches of equal scores, the highest first. */
function forTies(scores: Float64Array, order: Int32Array, visit: (from: number, to: number) => void): void {
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && scores[order[to]!] === scores[order[from]!]) to++;
    visit(from, to);
    from = to;
  }
}

function descendingOrder(scores: Float64Array): Int32Array {
  return Int32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function checkScores(scores: Float64Array, target: Uint8Array): void {
  if (scores.length === 0) throw new RangeError('there are no rows to measure');
  if (scores.length !== target.length)
    throw new RangeError(`target must have ${scores.length} labels, one a score, found ${target.length}`);
  const wrong = scores.find((score) => !(score >= 0 && score <= 1));
  if (wrong !== undefined) throw new RangeError(`scores must be probabilities from 0 to 1, found ${wrong}`);
}
