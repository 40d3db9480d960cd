import { z } from 'zod';
import type { Db } from '../db.ts';
import { DamagedRecord } from '../errors.ts';
import { readJson } from './json.ts';

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
export type JobKind =
  | 'check-batch'
  | 'score-batch'
  | 'remove-batch'
  | 'challenge-batch'
  | 'first-start'
  | 'relabel-risk'
  | 'read-dataset'
  | 'compare-labels'
  | 'build-customers'
  | 'train-model';

export interface Job {
  readonly id: number;
  readonly kind: JobKind;
  readonly state: JobState;
  readonly payload: Readonly<Record<string, unknown>>;
  /** What it does in plain words. */
  readonly subject: string;
  readonly done: number;
  readonly total: number;
  readonly stage: string | null;
  readonly attempts: number;
  /** The number of its lease, raised by each claim. */
  readonly lease: number;
  /** Why it is paused at the moment, in words. */
  readonly waitsFor: string | null;
  readonly cancelRequested: boolean;
  readonly error: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

/** A job whose thread dies this often is not tried again. */
export const maxAttempts = 3;
/** A claimed job whose lease is not renewed for so long may be claimed again. */
export const leaseMs = 8_000;
/** No lease and no pause is longer than that. */
const clockSlackMs = 60_000;

const Payload = z.record(z.string(), z.unknown());

interface JobRow {
  id: number;
  kind: JobKind;
  state: JobState;
  payload: string;
  subject: string;
  done: number;
  total: number;
  stage: string | null;
  attempts: number;
  lease: number;
  waits_for: string | null;
  retry_at: number | null;
  lease_owner: string | null;
  lease_expires_at: number | null;
  cancel_requested: number;
  error: string | null;
  created_by: number | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export async function enqueueJob(
  db: Db,
  job: Pick<Job, 'kind' | 'payload' | 'subject'> & { readonly createdBy: number | null },
): Promise<number> {
  const [row] = await db<JobRow>('jobs')
    .insert({
      kind: job.kind,
      state: 'queued',
      payload: JSON.stringify(job.payload),
      subject: job.subject.slice(0, 200),
      created_at: now(),
      created_by: job.createdBy,
    })
    .returning('id');
  return row!.id;
}

/** Newest first. */
export async function listJobs(db: Db, limit: number): Promise<Job[]> {
  const rows = await db<JobRow>('jobs').orderBy('id', 'desc').limit(limit);
  return rows.map(toJob);
}

/** Those that wait or run, in the order in which they are taken. */
export async function listOpenJobs(db: Db): Promise<Job[]> {
  const rows = await db<JobRow>('jobs').whereIn('state', ['queued', 'running']).orderBy('id');
  return rows.map(toJob);
}

export async function findJob(db: Db, id: number): Promise<Job | undefined> {
  const row = await db<JobRow>('jobs').where({ id }).first();
  return row && toJob(row);
}

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
  const time = await databaseTime(db);
  const [earliest, latest] = [time, time + clockSlackMs];
  const next = db('jobs')
    .select('id')
    .whereNotIn('id', [...running])
    .whereNotIn('kind', [...kinds])
    .whereRaw(
      `((state = 'queued' AND (retry_at IS NULL OR retry_at NOT BETWEEN ? AND ?))
        OR (state = 'running' AND lease_expires_at NOT BETWEEN ? AND ?))`,
      [earliest, latest, earliest, latest],
    )
    .orderBy('id')
    .limit(1);
  const [row] = await db<JobRow>('jobs')
    .whereIn('id', next)
    .update({
      state: 'running',
      attempts: db.raw('attempts + 1'),
      lease: db.raw('lease + 1'),
      lease_owner: owner,
      lease_expires_at: time + leaseMs,
      waits_for: null,
      retry_at: null,
      started_at: db.raw('COALESCE(started_at, ?)', [now()]),
    } as object)
    .returning('*');
  return row && toJob(row);
}

/** False when the lease was lost. */
export async function renewLease(db: Db, lease: Lease): Promise<boolean> {
  const time = await databaseTime(db);
  return (await held(db, lease).update({ lease_expires_at: time + leaseMs })) === 1;
}

/** Call in the transaction that writes something for the job. @throws LeaseLost */
export async function requireLease(trx: Db, lease: Lease): Promise<void> {
  if (!(await held(trx, lease).first('id'))) throw new LeaseLost();
}

/** Part of the job is done for good: attempts before it do not count. @throws LeaseLost */
export async function countProgress(trx: Db, lease: Lease): Promise<void> {
  if ((await held(trx, lease).update({ attempts: 0 })) !== 1) throw new LeaseLost();
}

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
    finished_at: now(),
    lease_owner: null,
    lease_expires_at: null,
    // Progress is written now and then; what is done is done wholly.
    ...(state === 'done' ? { done: trx.raw('total') } : {}),
  } as object);
  if (finished !== 1) throw new LeaseLost();
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
}

/** Gives a job back until `afterMs` from now, without blame. @throws LeaseLost */
export async function pauseJob(db: Db, lease: Lease, waitsFor: string, afterMs: number): Promise<void> {
  const time = await databaseTime(db);
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

/** How often it has been tried without progress. @throws LeaseLost */
export async function countAttempts(trx: Db, lease: Lease): Promise<number> {
  const row = await held(trx, lease).first('attempts');
  if (!row) throw new LeaseLost();
  return (row as JobRow).attempts;
}

function held(db: Db, { id, lease }: Lease) {
  return db<JobRow>('jobs').where({ id, lease, state: 'running' });
}

async function databaseTime(db: Db): Promise<number> {
  const [row] = await db.select<{ now: number }[]>(
    db.raw("CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) AS now"),
  );
  return row!.now;
}

function now(): string {
  return new Date().toISOString();
}

function toJob(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    payload: readPayload(row),
    subject: row.subject,
    done: row.done,
    total: row.total,
    stage: row.stage,
    attempts: row.attempts,
    lease: row.lease,
    waitsFor: row.waits_for,
    cancelRequested: Boolean(row.cancel_requested),
    error: row.error,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

/** A damaged payload counts as empty: that job fails for want of what it works on, and the queue goes on. */
function readPayload({ id, payload }: JobRow): Job['payload'] {
  try {
    return readJson(Payload, payload, `payload of job ${id}`);
  } catch (error) {
    if (error instanceof DamagedRecord) return {};
    throw error;
  }
}
