/** The members of a launched campaign with what is known of their outcome: what every readout works on. */
import { informationOfRate } from '../../ml/experiments/confidence-sequence.ts';
import type { MemberWithOutcome } from '../../store/campaign-members.ts';
import type { Campaign } from '../../store/campaigns.ts';
import { memberOutcomes, outcomeOf } from './member-outcome.ts';
import type { MemberOutcome } from './member-outcome.ts';

export interface ReadMember {
  readonly member: MemberWithOutcome;
  readonly outcome: MemberOutcome;
}

export function withOutcomes(
  { launchedOn, endsOn }: Campaign,
  members: readonly MemberWithOutcome[],
): ReadMember[] {
  const horizon = { launchedOn: launchedOn!, endsOn: endsOn! };
  return members.map((member) => ({ member, outcome: outcomeOf(member, horizon) }));
}

/** Members of an arm by their outcome. */
export type ArmCounts = Readonly<Record<MemberOutcome, number>> & { readonly members: number };

export function countMembers(all: readonly ReadMember[], isOwn: (arm: number) => boolean): ArmCounts {
  const counts = Object.fromEntries(memberOutcomes.map((name) => [name, 0])) as Record<MemberOutcome, number>;
  const own = all.filter(({ member }) => isOwn(member.arm));
  for (const { outcome } of own) counts[outcome]++;
  return { ...counts, members: own.length };
}

/** Members who count, one entry each. */
export interface Known {
  readonly score: Float64Array;
  readonly monthlyValue: Float64Array;
  readonly stratum: Int32Array;
  /** The number of the arm. */
  readonly assigned: Uint8Array;
  /** 0: control, 1: treated with any action. */
  readonly arm: Uint8Array;
  /** 1: has left. */
  readonly outcome: Float64Array;
}

/** Before the horizon is over, those count who were seen since the launch. */
export function knownOf(all: readonly ReadMember[], isOver: boolean): Known {
  const known = all.filter(
    ({ outcome }) => outcome === 'left' || outcome === 'stayed' || (!isOver && outcome === 'maturing'),
  );
  return {
    score: Float64Array.from(known, ({ member }) => member.probability),
    monthlyValue: Float64Array.from(known, ({ member }) => member.monthlyValue),
    stratum: Int32Array.from(known, ({ member }) => member.stratum),
    assigned: Uint8Array.from(known, ({ member }) => member.arm),
    arm: Uint8Array.from(known, ({ member }) => Math.min(1, member.arm)),
    outcome: Float64Array.from(known, ({ outcome }) => Number(outcome === 'left')),
  };
}

/** Share of what will be known at the horizon: customers are followed from the same day, and leave one by one. */
export function informationOf(
  { outcome }: Known,
  members: readonly Pick<MemberWithOutcome, 'probability'>[],
): number {
  if (outcome.length === 0) return 0;
  const share = meanOf(outcome);
  const expected = members.reduce((sum, { probability }) => sum + probability, 0) / members.length;
  const bounded = Math.min(0.99, Math.max(0.01, expected));
  return informationOfRate(Math.min(share, 0.999), bounded) * (outcome.length / members.length);
}

export function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
