/** The day on which something was seen of a customer, in a form: a day of the calendar that is not in the future. */
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { isDay, today } from './days.ts';
import { Unprocessable } from '../../errors.ts';
import { getSettings } from '../../store/settings.ts';

/** The day that it is where the organisation is. */
export async function dayNow(db: Db): Promise<string> {
  return today((await getSettings(db)).timeZone, await timeOf(db));
}

/** @throws Unprocessable of the field `seenOn` */
export async function requireSeenOn(db: Db, typed: string): Promise<string> {
  if (!isDay(typed) || typed > (await dayNow(db)))
    throw new Unprocessable([{ field: 'seenOn', message: 'Enter a date that is not in the future.' }]);
  return typed;
}
