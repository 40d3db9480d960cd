import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { recordEvent } from '../../store/audit.ts';
import { getSettings, saveSettings } from '../../store/settings.ts';
import type { AlertTerms } from '../../store/settings.ts';
import type { User } from '../people/accounts.ts';

/** From the next check on. */
export async function changeAlertTerms(db: Db, user: User, alerts: AlertTerms): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { alerts: before } = await getSettings(trx);
    await saveSettings(trx, { alerts });
    await recordEvent(trx, {
      userId: user.id,
      action: 'alerts.changed',
      subject: 'Alerts',
      before,
      after: alerts,
    });
  });
}
