/**
 * The hold-out: a few per cent of all customers, who are never contacted for a year, so that what all campaigns of the year
 * saved can be measured. Who is in it follows from the customer ID, the year and a secret: nobody can choose, every process
 * decides alike, and each year has others. A larger share keeps everybody who was in the smaller one.
 */
import { hash, randomBytes } from 'node:crypto';
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { getSettings } from '../../store/settings.ts';
import type { Settings } from '../../store/settings.ts';
import { today } from './days.ts';

/** Shares of customers that can be chosen; 0: there is no hold-out. */
export const holdOutShares = [0, 0.01, 0.02, 0.03, 0.04, 0.05] as const;

/** The share that is held out on a day, `2026-11-20`. */
export function shareOn({ holdOuts }: Pick<Settings, 'holdOuts'>, day: string): number {
  return holdOuts.findLast(({ from }) => from <= day)?.share ?? 0;
}

/** What a new share changes, from the day on; nothing where it is the one that holds. */
export function holdOutChange(
  settings: Pick<Settings, 'holdOuts' | 'holdOutSecret'>,
  share: number,
  day: string,
): Partial<Settings> {
  if (share === shareOn(settings, day)) return {};
  return {
    holdOuts: [...settings.holdOuts.filter(({ from }) => from < day), { from: day, share }],
    // Made once: with another secret, other customers would be held out within a year.
    holdOutSecret: settings.holdOutSecret || randomBytes(32).toString('hex'),
  };
}

const draws = 2 ** 48;

/** The customer's number in [0, 1) of a year: those below the share are held out. */
export function holdOutDraw(
  { holdOutSecret }: Pick<Settings, 'holdOutSecret'>,
  year: string,
): (customerId: string) => number {
  return (customerId) =>
    parseInt(hash('sha256', `${holdOutSecret} ${year} ${customerId}`).slice(0, 12), 16) / draws;
}

/** Who is in it today; null: there is none. */
export async function readHoldOut(db: Db): Promise<((customerId: string) => boolean) | null> {
  const settings = await getSettings(db);
  const day = today(settings.timeZone, await timeOf(db));
  const share = shareOn(settings, day);
  if (share === 0) return null;
  const drawOf = holdOutDraw(settings, day.slice(0, 4));
  return (customerId) => drawOf(customerId) < share;
}
