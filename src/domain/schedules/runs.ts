/** What runs by itself, each on a schedule of its own: set by people, and started when its time has come. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { isoTimeOf, timeOf } from '../../db/clock.ts';
import { recordEvent } from '../../store/audit.ts';
import type { Schedule } from '../../store/schedule-terms.ts';
import { getSettings, saveSettings } from '../../store/settings.ts';
import type { Settings } from '../../store/settings.ts';
import type { User } from '../people/accounts.ts';
import { nextTime } from './next-time.ts';

/** Each is the name of its setting. */
export const runKinds = ['retraining', 'rescoring', 'driftCheck'] as const;
export type RunKind = (typeof runKinds)[number];

const names: Readonly<Record<RunKind, { readonly subject: string; readonly action: string }>> = {
  retraining: { subject: 'Retraining', action: 'retraining.scheduled' },
  rescoring: { subject: 'Rescoring', action: 'rescoring.scheduled' },
  driftCheck: { subject: 'Drift check', action: 'drift-check.scheduled' },
};

/** The next run is after now. */
export async function changeRun(db: Db, user: User, kind: RunKind, schedule: Schedule): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { [kind]: before } = await getSettings(trx);
    const scheduledFrom = schedule.repeats === 'never' ? null : await isoTimeOf(trx);
    await saveSettings(trx, { [kind]: { ...before, ...schedule, userId: user.id, scheduledFrom } });
    const { repeats, weekday, atTime } = before;
    await recordEvent(trx, {
      userId: user.id,
      ...names[kind],
      before: { repeats, weekday, atTime },
      after: schedule,
    });
  });
}

/** In milliseconds since 1970; null: it does not run by itself. */
export function nextRun(run: Settings[RunKind], timeZone: string): number | null {
  return run.scheduledFrom === null ? null : nextTime(run, Date.parse(run.scheduledFrom), timeZone);
}

export async function isDue(db: Db, kind: RunKind): Promise<boolean> {
  const { [kind]: run, timeZone } = await getSettings(db);
  return (nextRun(run, timeZone) ?? Infinity) <= (await timeOf(db));
}

/**
 * Starts a run that is due; any number of processes may ask. Runs that were missed are made up for by one. `start` is called
 * in a transaction, and gives what is to be remembered of the run.
 */
export async function startWhenDue<K extends RunKind>(
  db: Db,
  kind: K,
  start: (trx: Db, run: Settings[K]) => Promise<Partial<Settings[K]>>,
): Promise<void> {
  if (!(await isDue(db, kind))) return;
  await inTransaction(db, async (trx) => {
    if (!(await isDue(trx, kind))) return;
    const { [kind]: run } = await getSettings(trx);
    const started = await start(trx, run);
    await saveSettings(trx, { [kind]: { ...run, ...started, scheduledFrom: await isoTimeOf(trx) } });
  });
}
