/** Which worker has a job, and for how long: claims, renewals, and jobs given back. */
import type { Db } from '../db.ts';
import { askTime } from '../db/clock.ts';
import { sqlOf } from '../db/sql.ts';
import { wakeWorkers } from '../db/wake-up.ts';
import { jobKinds, toJob } from './jobs.ts';
import type { Job, JobKind, JobRow } from './jobs.ts';

/** A job whose thread dies this often is not tried again. */
export const maxAttempts = 3;

/** A claimed job whose lease is not renewed for so long may be claimed again. */
export const leaseMs = 8_000;

/** No lease and no pause is longer than that. */
const clockSlackMs = 60_000;

/** What a claim gave. A worker whose number is older than the job's has lost the job. */
export type Lease = Pick<Job, 'id' | 'lease'>;

/** The job was given up and another worker has taken it over, or it is over. */
export class LeaseLost extends Error {
  constructor() {
    super('Another worker has taken this job over.');
  }
}

/** What a claim leaves alone. */
export interface ClaimLimits {
  /** Jobs that the claimer runs already: after a sleep or a step of the clock their leases look expired. */
  readonly running?: readonly number[];
  readonly kinds?: readonly JobKind[];
}

/**
 * Takes the oldest job that no worker has, for `leaseMs`; of several that try at once one gets it. The
 * clock is the database's. A time too far ahead comes from a clock that was set back and counts as past.
 */
export async function claimJob(
  db: Db,
  owner: string,
  { running = [], kinds = [] }: ClaimLimits = {},
): Promise<Job | undefined> {
  const time = await askTime(db);
  const [earliest, latest] = [time, time + clockSlackMs];
  const next = db('jobs')
    .select('id')
    .whereNotIn('id', [...running])
    .whereIn(
      'kind',
      jobKinds.filter((kind) => !kinds.includes(kind)),
    )
    .whereRaw(
      `((state = 'queued' AND (retry_at IS NULL OR retry_at NOT BETWEEN ? AND ?))
        OR (state = 'running' AND lease_expires_at NOT BETWEEN ? AND ?))`,
      [earliest, latest, earliest, latest],
    )
    .orderBy('id')
    .limit(1);
  sqlOf(db).takeRow(next);
  const [row] = await db<JobRow>('jobs')
    .where('id', next)
    .update({
      state: 'running',
      attempts: db.raw('attempts + 1'),
      lease: db.raw('lease + 1'),
      lease_owner: owner,
      lease_expires_at: time + leaseMs,
      waits_for: null,
      retry_at: null,
      started_at: db.raw('COALESCE(started_at, ?)', [new Date(time).toISOString()]),
    } as object)
    .returning('*');
  return row && toJob(row);
}

/** Numbers of the jobs that a worker has, as far as its lease says. */
export async function listRunningJobs(db: Db): Promise<number[]> {
  const time = await askTime(db);
  return db<JobRow>('jobs')
    .where({ state: 'running' })
    .whereBetween('lease_expires_at', [time, time + clockSlackMs])
    .pluck('id');
}

/** False when the lease was lost. */
export async function renewLease(db: Db, lease: Lease): Promise<boolean> {
  const time = await askTime(db);
  return (await held(db, lease).update({ lease_expires_at: time + leaseMs })) === 1;
}

/** Call in the transaction that writes something for the job. @throws LeaseLost */
export async function requireLease(trx: Db, lease: Lease): Promise<void> {
  const job = held(trx, lease).first('id');
  sqlOf(trx).keepRow(job);
  if (!(await job)) throw new LeaseLost();
}

/** Gives a job back to the queue; `attempts` is lowered when it was not its fault. @throws LeaseLost */
export async function releaseJob(db: Db, lease: Lease, blameless: boolean): Promise<void> {
  const change = { state: 'queued' as const, lease_owner: null, lease_expires_at: null };
  const released = await held(db, lease).update(
    (blameless
      ? { ...change, attempts: db.raw('CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END') }
      : change) as object,
  );
  if (released !== 1) throw new LeaseLost();
  await wakeWorkers(db);
}

/** Gives a job back until `afterMs` from now, without blame. @throws LeaseLost */
export async function pauseJob(db: Db, lease: Lease, waitsFor: string, afterMs: number): Promise<void> {
  const time = await askTime(db);
  const paused = await held(db, lease).update({
    state: 'queued',
    lease_owner: null,
    lease_expires_at: null,
    waits_for: waitsFor,
    retry_at: time + afterMs,
    attempts: db.raw('CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END'),
  } as object);
  if (paused !== 1) throw new LeaseLost();
}

export function held(db: Db, { id, lease }: Lease) {
  return db<JobRow>('jobs').where({ id, lease, state: 'running' });
}
