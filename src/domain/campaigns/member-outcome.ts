/** What counts as the outcome of a member: what was seen of the customer between the launch and the end of the horizon. */
import type { SeenDays } from '../../store/outcomes.ts';

/**
 * `maturing`: the customer was there after the launch, but the horizon is not over; `unknown`: nobody has seen the customer
 * since the launch; `before`: the customer had left before the launch.
 */
export const memberOutcomes = ['left', 'stayed', 'maturing', 'unknown', 'before'] as const;
export type MemberOutcome = (typeof memberOutcomes)[number];

/** Days such as `2026-11-20`. */
export interface Horizon {
  readonly launchedOn: string;
  readonly endsOn: string;
}

export function outcomeOf({ leftOn, seenOn }: SeenDays, { launchedOn, endsOn }: Horizon): MemberOutcome {
  if (leftOn !== null) {
    if (leftOn < launchedOn) return 'before';
    return leftOn <= endsOn ? 'left' : 'stayed';
  }
  if (seenOn === null || seenOn < launchedOn) return 'unknown';
  return seenOn >= endsOn ? 'stayed' : 'maturing';
}
