/** What a graph does to a probability at its end, as one of the calibrations of Holdfast. */
import { logit } from '../../../ml/math/sigmoid.ts';
import type { Calibration } from '../../../ml/model/calibration.ts';
import { unusable } from '../outside-model.ts';

type Curve = (probability: number) => number;

const probes = Array.from({ length: 101 }, (_, i) => i / 100);
const inner = probes.slice(1, -1);
/** Of probabilities that were computed in single precision. */
const roundingError = 1e-6;

export function isComplement(curve: Curve): boolean {
  return isSame(curve, (p) => 1 - p, inner);
}

/** @throws AppError 422 where the curve is none of them */
export function calibrationOf(curve: Curve, bends: readonly number[]): Calibration {
  if (isSame(curve, (p) => p, inner)) return { method: 'none' };
  return plattOf(curve) ?? isotonicOf(curve, bends) ?? refuse();
}

function isSame(curve: Curve, other: Curve, at: readonly number[]): boolean {
  return at.every((p) => Math.abs(curve(p) - other(p)) <= roundingError);
}

/** Log-odds times a number plus another. */
function plattOf(curve: Curve): Calibration | null {
  const [low, high] = [0.25, 0.75];
  const slope = (logit(curve(high)) - logit(curve(low))) / (logit(high) - logit(low));
  const intercept = logit(curve(low)) - slope * logit(low);
  if (!(slope > 0 && Number.isFinite(intercept))) return null;
  const isPlatt = inner.every(
    (p) => Math.abs(logit(curve(p)) - slope * logit(p) - intercept) <= roundingError,
  );
  return isPlatt ? { method: 'platt', slope, intercept } : null;
}

/** A rising broken line from (0, 0) to (1, 1). */
function isotonicOf(curve: Curve, bends: readonly number[]): Calibration | null {
  const scores = [0, ...bends.filter((bend) => bend > 0 && bend < 1), 1];
  const rates = scores.map(curve);
  const rises = rates.every((rate, i) => i === 0 || rate > rates[i - 1]!);
  const isAtEnds = Math.abs(rates[0]!) <= roundingError && Math.abs(rates.at(-1)! - 1) <= roundingError;
  const isStraight = scores.slice(1).every((score, i) => {
    const middle = (curve(scores[i]!) + curve(score)) / 2;
    return Math.abs(curve((scores[i]! + score) / 2) - middle) <= roundingError;
  });
  if (!(rises && isAtEnds && isStraight)) return null;
  return {
    method: 'isotonic',
    scores: Float64Array.from(scores),
    rates: Float64Array.of(0, ...rates.slice(1, -1), 1),
  };
}

function refuse(): never {
  throw unusable(
    'The graph changes the probability at its end in a way that cannot be imported; a sigmoid of its log-odds or a rising line can.',
  );
}
