/**
 * Controls who were contacted nevertheless. They stay controls, as the arms would not be alike without them: the result is then
 * closer to no effect than the action's own, and says so.
 */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { Conflict, Unprocessable } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import type { Campaign } from '../../store/campaigns.ts';
import { markContacted, unmarkContacted } from '../../store/contacted-controls.ts';
import type { ContactPeriod } from '../../store/contacted-controls.ts';
import { getSettings } from '../../store/settings.ts';
import type { User } from '../people/accounts.ts';
import { addDays, isDay, startOfDay, today } from './days.ts';

/** Of a campaign that was launched. */
export function contactPeriod({ id, launchedOn, endsOn }: Campaign, timeZone: string): ContactPeriod {
  return {
    campaignId: id,
    from: startOfDay(launchedOn!, timeZone),
    until: startOfDay(addDays(endsOn!, 1), timeZone),
  };
}

export interface Contact {
  readonly customerId: string;
  /** `2026-11-20` */
  readonly day: string;
}

/** @throws Unprocessable when the customer is no control, or the day is not within the campaign; Conflict before the launch */
export async function recordContact(
  db: Db,
  user: User,
  campaign: Campaign,
  { customerId, day }: Contact,
): Promise<void> {
  const { id, name, launchedOn, endsOn } = campaign;
  if (launchedOn === null || endsOn === null) throw new Conflict('This campaign has not been launched.');
  const { timeZone } = await getSettings(db);
  const latest = [endsOn, today(timeZone, await timeOf(db))].sort()[0]!;
  if (!isDay(day) || day < launchedOn || day > latest)
    throw new Unprocessable([
      {
        field: 'contactedOn',
        message:
          launchedOn === latest
            ? `Enter the date as ${latest}, the day of the launch.`
            : `Enter a date from ${launchedOn} to ${latest}.`,
      },
    ]);
  await inTransaction(db, async (trx) => {
    if (!(await markContacted(trx, id, { customerId, day })))
      throw new Unprocessable([
        { field: 'customer', message: 'No customer with this ID is in the control group of this campaign.' },
      ]);
    await recordEvent(trx, { userId: user.id, action: 'campaign.control-contacted', subject: name });
  });
}

/** Of a contact that a person has recorded by mistake; an action that was done stays. Asked twice, it changes nothing more. */
export async function takeBackContact(
  db: Db,
  user: User,
  { id, name }: Campaign,
  customerId: string,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    if (await unmarkContacted(trx, id, customerId))
      await recordEvent(trx, { userId: user.id, action: 'campaign.contact-taken-back', subject: name });
  });
}
