/** Whom new campaigns and plans leave out, and why. */
import type { Db } from '../../db.ts';
import { listBusyCustomers } from '../../store/campaign-members.ts';
import { getSettings } from '../../store/settings.ts';
import { riskLevelOf } from '../risk/levels.ts';
import { harmOf, listHarmed } from './harm.ts';
import { readHoldOut } from './hold-out.ts';

/**
 * `withoutId`: nobody could say later what became of them; `inOthers`: customers of a campaign that runs; `harmed`: in a
 * group whom contact made leave; `heldOut`: in the hold-out of the year.
 */
export type Exclusion = 'withoutId' | 'inOthers' | 'heldOut' | 'harmed';

export interface Contactable {
  /** Empty: none. */
  readonly customerId: string;
  readonly probability: number;
  /** What raises the probability most; null: nothing. */
  readonly reason: () => string | null;
}

/** Null: they can be contacted. */
export type Exclusions = (customer: Contactable) => Exclusion | null;

export async function readExclusions(db: Db): Promise<Exclusions> {
  const busy = await listBusyCustomers(db);
  const holdOut = await readHoldOut(db);
  const harmed = await listHarmed(db);
  const thresholds = await getSettings(db);
  return ({ customerId, probability, reason }) => {
    if (customerId === '') return 'withoutId';
    if (busy.has(customerId)) return 'inOthers';
    if (holdOut?.(customerId)) return 'heldOut';
    if (harmed.length === 0) return null;
    return harmOf(harmed, riskLevelOf(probability, thresholds), reason()) === null ? null : 'harmed';
  };
}
