/** How far a job is, how often it has been tried, and how it ended. */
import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { held, LeaseLost } from './job-leases.ts';
import type { Lease } from './job-leases.ts';
import type { Job, JobRow } from './jobs.ts';

/** Saves how far the job is; gives whether somebody asked to cancel it. @throws LeaseLost */
export async function saveProgress(
  db: Db,
  lease: Lease,
  { done, total, stage }: Pick<Job, 'done' | 'total' | 'stage'>,
): Promise<{ readonly isCancelled: boolean }> {
  const [row] = await held(db, lease).update({ done, total, stage }).returning('cancel_requested');
  if (!row) throw new LeaseLost();
  return { isCancelled: Boolean((row as JobRow).cancel_requested) };
}

/** Part of the job is done for good: attempts before it do not count. @throws LeaseLost */
export async function countProgress(trx: Db, lease: Lease): Promise<void> {
  if ((await held(trx, lease).update({ attempts: 0 })) !== 1) throw new LeaseLost();
}

/** How often it has been tried without progress. @throws LeaseLost */
export async function countAttempts(trx: Db, lease: Lease): Promise<number> {
  const row = await held(trx, lease).first('attempts');
  if (!row) throw new LeaseLost();
  return (row as JobRow).attempts;
}

/** Call in the transaction that changes the state of what the job works on. @throws LeaseLost */
export async function finishJob(
  trx: Db,
  lease: Lease,
  state: 'done' | 'failed' | 'cancelled',
  error: string | null = null,
): Promise<void> {
  const finished = await held(trx, lease).update({
    state,
    error,
    finished_at: await isoTimeOf(trx),
    lease_owner: null,
    lease_expires_at: null,
    // Progress is written now and then; what is done is done wholly.
    ...(state === 'done' ? { done: trx.raw('total') } : {}),
  } as object);
  if (finished !== 1) throw new LeaseLost();
}
