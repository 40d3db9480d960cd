/** The days on which a retention rule applies, both included. */
import type { RetentionRule } from './matching.ts';

export type Validity = 'not-yet' | 'now' | 'over';

/** `day`: `2026-11-20`, where the organisation is. */
export function validityOn(
  { validFrom, validTo }: Pick<RetentionRule, 'validFrom' | 'validTo'>,
  day: string,
): Validity {
  if (validFrom !== null && day < validFrom) return 'not-yet';
  return validTo !== null && day > validTo ? 'over' : 'now';
}
