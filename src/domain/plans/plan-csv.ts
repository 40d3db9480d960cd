/** A plan as a file, in parts, without customers who have come into a campaign or the hold-out since it was made. */
import type { Db } from '../../db.ts';
import { listBusyCustomers } from '../../store/campaign-members.ts';
import { readHoldOut } from '../campaigns/hold-out.ts';
import { listPlanMembers } from '../../store/plan-members.ts';
import { getPlan } from '../../store/plans.ts';
import { byteOrderMark, safeLine } from '../csv/writer.ts';

/** Members of one part. */
export const membersInPart = 50_000;

export const planCsvHeader =
  byteOrderMark +
  safeLine(['customer', 'action', 'cost', 'expected_saving', 'churn_probability', 'monthly_value']);

/** The lines of the members from a place on. */
export async function planCsv(
  db: Db,
  { id, from }: { readonly id: number; readonly from: number },
): Promise<string> {
  const { result } = await getPlan(db, id);
  const members = await listPlanMembers(db, id, { from, limit: membersInPart });
  const busy = await listBusyCustomers(db);
  const holdOut = await readHoldOut(db);
  return members
    .filter(({ customerId }) => !busy.has(customerId) && !holdOut?.(customerId))
    .map(({ customerId, action, expectedSaving, probability, monthlyValue }) => {
      const { action: name, cost } = result!.actions[action]!;
      return safeLine([customerId, name, cost, expectedSaving, probability, monthlyValue]);
    })
    .join('');
}
