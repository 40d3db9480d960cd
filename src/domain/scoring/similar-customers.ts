/** How many of the held-out customers with a similar churn probability left: only where that confirms the probability. */
import type { Evaluation } from '../../ml/model/model.ts';

export interface SimilarCustomers {
  /** Held-out customers with a probability in [from, to). */
  readonly count: number;
  readonly from: number;
  readonly to: number;
  /** Share of them that left. */
  readonly rate: number;
  /** Their mean probability. */
  readonly predicted: number;
}

/** Fewer say too little: with 50, the 95 % interval of a rate is up to 27 points wide. */
const fewest = 50;

/** Null where the model was not measured there, on too few customers, or was found wrong. */
export function similarCustomers(evaluation: Evaluation, probability: number): SimilarCustomers | null {
  const bin = evaluation.report?.reliability.find(
    ({ from, to }) => probability >= from && (probability < to || to >= 1),
  );
  if (bin === undefined || bin.count < fewest) return null;
  const isCalibrated = bin.low <= bin.meanScore && bin.meanScore <= bin.high;
  return isCalibrated
    ? { count: bin.count, from: bin.from, to: bin.to, rate: bin.rate, predicted: bin.meanScore }
    : null;
}
