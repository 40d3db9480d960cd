/** When alerts are checked for: after each scored file, after a run that failed, and four times a day. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { enqueueJob, listOpenJobs } from '../../store/jobs.ts';
import { getSettings, saveSettings } from '../../store/settings.ts';

const everyMs = 6 * 3_600_000;

/** Call in a transaction. A check that has not begun sees what is there by then. */
export async function checkAlertsLater(trx: Db): Promise<void> {
  const waiting = (await listOpenJobs(trx)).some(
    ({ kind, state }) => kind === 'check-alerts' && state === 'queued',
  );
  if (waiting) return;
  await enqueueJob(trx, {
    kind: 'check-alerts',
    payload: {},
    subject: 'Check for alerts',
    createdBy: null,
  });
  await saveSettings(trx, { alertsCheckedAt: new Date(await timeOf(trx)).toISOString() });
}

/** Any number of processes may ask. */
export async function checkAlertsWhenDue(db: Db): Promise<void> {
  if (!(await isDue(db))) return;
  await inTransaction(db, async (trx) => {
    if (await isDue(trx)) await checkAlertsLater(trx);
  });
}

async function isDue(db: Db): Promise<boolean> {
  const { alertsCheckedAt, setUpAt } = await getSettings(db);
  if (setUpAt === null) return false;
  return alertsCheckedAt === null || Date.parse(alertsCheckedAt) + everyMs <= (await timeOf(db));
}
