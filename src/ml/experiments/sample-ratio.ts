/**
 * Whether the arms have the sizes that they were given: Pearson's χ² test of the counts. If customers of one arm are lost
 * on the way (an export without some of them, a join that fails), the arms are no longer alike and the effect is not the
 * action's. Reference: Fabijan et al. (2019), Diagnosing sample ratio mismatch. Mismatch is stated below p = 0.001, so that
 * of a thousand sound campaigns one is accused.
 * Assumptions: expected counts of at least about 5.
 */
import { chiSquareTail } from '../math/incomplete-gamma.ts';

export interface SampleRatio {
  /** Of counts at least as far from the shares by chance, in [0, 1]. */
  readonly probability: number;
  readonly isMismatch: boolean;
}

const mismatchBelow = 0.001;

/** `counts` found in each arm, `shares` planned, above 0 and adding up to 1. @throws RangeError otherwise */
export function checkSampleRatio(counts: readonly number[], shares: readonly number[]): SampleRatio {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const planned = shares.reduce((sum, share) => sum + share, 0);
  if (counts.length !== shares.length || counts.length < 2 || !shares.every((share) => share > 0))
    throw new RangeError(`each of at least two arms must have a count and a share above 0`);
  if (Math.abs(planned - 1) > 1e-9) throw new RangeError(`shares must add up to 1, found ${planned}`);
  if (total === 0) return { probability: 1, isMismatch: false };
  const distance = counts.reduce(
    (sum, count, arm) => sum + (count - total * shares[arm]!) ** 2 / (total * shares[arm]!),
    0,
  );
  const probability = chiSquareTail(distance, counts.length - 1);
  return { probability, isMismatch: probability < mismatchBelow };
}
