/** Requests to cancel a job. */
import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { wakeWorkers } from '../db/wake-up.ts';
import type { JobRow } from './jobs.ts';

/**
 * A queued job ends at once; a running one at its next step. True: it has ended. One statement, since a worker may take
 * the job at any moment.
 */
export async function requestCancel(db: Db, id: number): Promise<boolean> {
  const whereQueued = (value: string, column: string) =>
    db.raw("CASE WHEN state = 'queued' THEN ? ELSE ?? END", [value, column]);
  const finishedAt = await isoTimeOf(db);
  const [job] = await db<JobRow>('jobs')
    .where({ id })
    .whereIn('state', ['queued', 'running'])
    .update({
      state: whereQueued('cancelled', 'state'),
      finished_at: whereQueued(finishedAt, 'finished_at'),
      cancel_requested: true,
    } as object)
    .returning('state');
  await wakeWorkers(db);
  return (job as JobRow | undefined)?.state === 'cancelled';
}

/** Those of these running jobs that somebody asked to cancel. */
export async function listCancelRequests(db: Db, ids: readonly number[]): Promise<number[]> {
  const rows = await db<JobRow>('jobs')
    .whereIn('id', [...ids])
    .where({ state: 'running' })
    .where('cancel_requested', true)
    .select('id');
  return rows.map(({ id }) => id);
}
