/** Settings of the organisation that affect other records. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { recordEvent } from '../../store/audit.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { getSettings, saveSettings } from '../../store/settings.ts';
import type { Settings } from '../../store/settings.ts';
import type { User } from '../people/accounts.ts';
import { today } from '../campaigns/days.ts';
import { holdOutChange, shareOn } from '../campaigns/hold-out.ts';
import { relabelLater } from '../risk/relabelling.ts';

/** 'later': stored scores get their new level by a job. */
export async function changeRiskLevels(
  { db, folder }: ScoreStore,
  user: User,
  mediumFrom: number,
  highFrom: number,
): Promise<'done' | 'later'> {
  return inTransaction(db, async (trx) => {
    const before = await getSettings(trx);
    await saveSettings(trx, { mediumFrom, highFrom });
    const relabelled = await relabelLater({ db: trx, folder }, user.id);
    await recordEvent(trx, {
      userId: user.id,
      action: 'settings.risk-levels',
      subject: 'Risk levels',
      before: { mediumFrom: before.mediumFrom, highFrom: before.highFrom },
      after: { mediumFrom, highFrom },
    });
    return relabelled;
  });
}

export interface OrganisationChange extends Pick<
  Settings,
  'organisation' | 'currency' | 'timeZone' | 'valueMonths' | 'valueMargin'
> {
  /** Of customers who are held out from today on, in [0, 0.05]; undefined leaves it as it is. */
  readonly holdOutShare?: number | undefined;
}

export async function changeOrganisation(db: Db, user: User, change: OrganisationChange): Promise<void> {
  await inTransaction(db, async (trx) => {
    const settings = await getSettings(trx);
    const { organisation, currency, timeZone, valueMonths, valueMargin } = settings;
    const day = today(change.timeZone, await timeOf(trx));
    const { holdOutShare = shareOn(settings, day), ...others } = change;
    await saveSettings(trx, { ...others, ...holdOutChange(settings, holdOutShare, day) });
    await recordEvent(trx, {
      userId: user.id,
      action: 'settings.organisation',
      subject: change.organisation,
      before: {
        organisation,
        currency,
        timeZone,
        valueMonths,
        valueMargin,
        holdOutShare: shareOn(settings, day),
      },
      after: { ...others, holdOutShare },
    });
  });
}
