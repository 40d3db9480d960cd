/** Requests to cancel a job. */
import type { Db } from '../db.ts';
import { now } from './jobs.ts';
import type { JobRow } from './jobs.ts';

/** A queued job ends at once; a running one at its next step. */
export async function requestCancel(db: Db, id: number): Promise<void> {
  await db('jobs').where({ id, state: 'queued' }).update({ state: 'cancelled', finished_at: now() });
  await db('jobs').where({ id, state: 'running' }).update({ cancel_requested: true });
}

/** Those of these running jobs that somebody asked to cancel. */
export async function listCancelRequests(db: Db, ids: readonly number[]): Promise<number[]> {
  const rows = await db<JobRow>('jobs')
    .whereIn('id', [...ids])
    .where({ state: 'running' })
    .where('cancel_requested', 1)
    .select('id');
  return rows.map(({ id }) => id);
}
