/** Settings of the organisation that affect other records. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { recordEvent } from '../../store/audit.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { getSettings, saveSettings } from '../../store/settings.ts';
import type { Settings } from '../../store/settings.ts';
import type { User } from '../people/accounts.ts';
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

export type OrganisationChange = Pick<Settings, 'organisation' | 'currency' | 'timeZone' | 'valueMonths'>;

export async function changeOrganisation(db: Db, user: User, change: OrganisationChange): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { organisation, currency, timeZone, valueMonths } = await getSettings(trx);
    await saveSettings(trx, change);
    await recordEvent(trx, {
      userId: user.id,
      action: 'settings.organisation',
      subject: change.organisation,
      before: { organisation, currency, timeZone, valueMonths },
      after: change,
    });
  });
}
