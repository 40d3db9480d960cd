/**
 * What became of the monthly revenue of members who were scored again after the launch: a harm that churn does not show, such as
 * discounts to customers who would have stayed. Treated against controls within strata of the score, as the effect on churn.
 */
import { differenceOfArms } from '../../ml/experiments/arm-difference.ts';
import { outcomesByStratum } from '../../ml/experiments/arm-outcomes.ts';
import type { Interval } from '../../ml/evaluation/wilson.ts';
import { controlArm, listMembersWithOutcomes } from '../../store/campaign-members.ts';
import type { Campaign } from '../../store/campaigns.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { addDays } from './days.ts';
import { readMonthlyValues } from './scored-customers.ts';

export interface RevenueChange extends Interval {
  /** Change since the launch, treated minus control, in money a customer and month. */
  readonly value: number;
  /** Members whose revenue is known then and now. */
  readonly treated: number;
  readonly control: number;
}

/** Of an arm. */
const fewest = 20;

/** Null where too few members were scored again. Fixed at 95 %: read it once, when the horizon is over. */
export async function readRevenueChange(
  store: ScoreStore,
  { id, launchedOn }: Campaign,
): Promise<RevenueChange | null> {
  if (launchedOn === null) return null;
  const members = (await listMembersWithOutcomes(store.db, id)).filter(
    ({ monthlyValue }) => !Number.isNaN(monthlyValue),
  );
  const ids = new Set(members.map(({ customerId }) => customerId));
  const now = await readMonthlyValues(store, ids, addDays(launchedOn, 1));
  const known = members
    .map((member) => ({ ...member, change: (now.get(member.customerId) ?? NaN) - member.monthlyValue }))
    .filter(({ change }) => !Number.isNaN(change));
  const strata = outcomesByStratum({
    stratum: Int32Array.from(known, ({ stratum }) => stratum),
    arm: Uint8Array.from(known, ({ arm }) => Number(arm !== controlArm)),
    outcome: Float64Array.from(known, ({ change }) => change),
  });
  const found = differenceOfArms(strata);
  return found === null || Math.min(found.treated, found.control) < fewest ? null : found;
}
