/**
 * Customers who must not be contacted: controls of campaigns that run, and the hold-out of the year. Wherever an action would
 * be recommended, these words stand instead. Who is treated in a campaign that runs is so until it is closed.
 */
import type { Db } from '../../db.ts';
import {
  controlsAmong,
  listBusyCustomers,
  listControls,
  membersRunning,
} from '../../store/campaign-members.ts';
import { readHoldOut } from './hold-out.ts';

export const doNotContact = 'Control – do not contact';

export interface DoNotContact {
  readonly has: (customerId: string) => boolean;
  /** Nobody has to be left alone. */
  readonly isEmpty: boolean;
}

/** Of all customers. */
export async function readDoNotContact(db: Db): Promise<DoNotContact> {
  const holdOut = await readHoldOut(db);
  const controls = await listControls(db);
  const busy = await listBusyCustomers(db);
  return {
    has: (id) => controls.has(id) || (holdOut !== null && !busy.has(id) && holdOut(id)),
    isEmpty: controls.size === 0 && holdOut === null,
  };
}

/** Of a few. */
export async function doNotContactAmong(
  db: Db,
  customerIds: readonly (string | null)[],
): Promise<ReadonlySet<string>> {
  const holdOut = await readHoldOut(db);
  const found = new Set(await controlsAmong(db, customerIds));
  if (holdOut === null) return found;
  const running = await membersRunning(db, customerIds);
  for (const id of customerIds) if (id !== null && !running.has(id) && holdOut(id)) found.add(id);
  return found;
}

interface Recommendation {
  readonly customerId: string | null;
  readonly recommendedAction: string | null;
  readonly expectedSaving: number | null;
}

export function withoutContact<T extends Recommendation>(score: T, left: Pick<DoNotContact, 'has'>): T {
  if (score.customerId === null || !left.has(score.customerId)) return score;
  return { ...score, recommendedAction: doNotContact, expectedSaving: null };
}
