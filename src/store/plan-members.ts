/** Who gets which action in a plan. */
import type { Db } from '../db.ts';

export interface PlanMember {
  readonly customerId: string;
  /** Place in the actions of the plan's result. */
  readonly action: number;
  readonly probability: number;
  readonly monthlyValue: number;
  /** In money, after cost. */
  readonly expectedSaving: number;
  /** What raised the probability most; null: nothing. */
  readonly reason: string | null;
}

interface PlanMemberRow {
  customer_id: string;
  action: number;
  probability: number;
  monthly_value: number;
  expected_saving: number;
  reason: string | null;
}

/** Variables of one statement: SQLite takes 32,766. */
const membersAtOnce = 500;

/** `from`: the place of the first of them. */
export async function insertPlanMembers(
  db: Db,
  planId: number,
  members: readonly PlanMember[],
  from: number,
): Promise<void> {
  for (let first = 0; first < members.length; first += membersAtOnce)
    await db('plan_members').insert(
      members.slice(first, first + membersAtOnce).map((member, i) => ({
        plan_id: planId,
        place: from + first + i,
        customer_id: member.customerId,
        action: member.action,
        probability: member.probability,
        monthly_value: member.monthlyValue,
        expected_saving: member.expectedSaving,
        reason: member.reason,
      })),
    );
}

export async function deletePlanMembers(db: Db, planId: number): Promise<void> {
  await db('plan_members').where('plan_id', planId).delete();
}

/** In the order of the plan, from a place on. */
export async function listPlanMembers(
  db: Db,
  planId: number,
  { from, limit }: { readonly from: number; readonly limit: number },
): Promise<PlanMember[]> {
  const rows = await db<PlanMemberRow>('plan_members')
    .where('plan_id', planId)
    .where('place', '>=', from)
    .where('place', '<', from + limit)
    .orderBy('place')
    .select('customer_id', 'action', 'probability', 'monthly_value', 'expected_saving', 'reason');
  return rows.map((row) => ({
    customerId: row.customer_id,
    action: row.action,
    probability: row.probability,
    monthlyValue: row.monthly_value,
    expectedSaving: row.expected_saving,
    reason: row.reason,
  }));
}

/** For a plan that is small enough for a campaign. */
export async function listAllPlanMembers(db: Db, planId: number): Promise<PlanMember[]> {
  return listPlanMembers(db, planId, { from: 0, limit: 2 ** 31 - 1 });
}
