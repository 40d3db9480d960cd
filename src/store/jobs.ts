import type { Db } from '../db.ts';

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
export type JobKind =
  | 'check-batch'
  | 'score-batch'
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
  readonly cancelRequested: boolean;
  readonly error: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

/** A job that dies this often is not tried again. */
export const maxAttempts = 3;
/** A claimed job whose lease is not renewed for so long belongs to nobody. */
export const leaseMs = 8_000;

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
  cancel_requested: number;
  error: string | null;
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
      ...{ created_by: job.createdBy },
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

/**
 * Takes the oldest job that nobody works on, for `leaseMs`; of several that try at once one gets it. The
 * clock is the database's, so that a wrong clock on one machine steals nothing.
 */
export async function claimJob(db: Db, owner: string): Promise<Job | undefined> {
  const time = await databaseTime(db);
  const candidate = await db<JobRow>('jobs')
    .where({ state: 'queued' })
    .orWhere((lost) => void lost.where({ state: 'running' }).where('lease_expires_at', '<', time))
    .orderBy('id')
    .first();
  if (!candidate) return undefined;
  const taken = await db('jobs')
    .where({ id: candidate.id, state: candidate.state, attempts: candidate.attempts })
    .update({
      state: 'running',
      attempts: candidate.attempts + 1,
      lease_owner: owner,
      lease_expires_at: time + leaseMs,
      started_at: candidate.started_at ?? now(),
    });
  return taken === 1 ? findJob(db, candidate.id) : undefined;
}

/** False when the lease was lost. */
export async function renewLease(db: Db, id: number, owner: string): Promise<boolean> {
  const time = await databaseTime(db);
  const renewed = await db('jobs')
    .where({ id, state: 'running', lease_owner: owner })
    .update({ lease_expires_at: time + leaseMs });
  return renewed === 1;
}

export async function saveProgress(
  db: Db,
  id: number,
  done: number,
  total: number,
  stage: string | null,
): Promise<void> {
  await db('jobs').where({ id }).update({ done, total, stage });
}

export async function isCancelRequested(db: Db, id: number): Promise<boolean> {
  const row = await db<JobRow>('jobs').where({ id }).first('cancel_requested');
  return Boolean(row?.cancel_requested);
}

/** A queued job ends at once; a running one at its next step. */
export async function requestCancel(db: Db, id: number): Promise<void> {
  await db('jobs').where({ id, state: 'queued' }).update({ state: 'cancelled', finished_at: now() });
  await db('jobs').where({ id, state: 'running' }).update({ cancel_requested: true });
}

export async function finishJob(
  db: Db,
  id: number,
  state: 'done' | 'failed' | 'cancelled',
  error: string | null = null,
): Promise<void> {
  await db('jobs')
    .where({ id })
    .update({
      ...{ state, error, finished_at: now(), lease_owner: null, lease_expires_at: null },
      // Progress is written now and then; what is done is done wholly.
      ...(state === 'done' ? { done: db.raw('total') } : {}),
    });
}

/** Gives a job back to the queue; `attempts` is lowered when it was not its fault. */
export async function releaseJob(db: Db, id: number, blameless: boolean): Promise<void> {
  const change = { state: 'queued', lease_owner: null, lease_expires_at: null };
  await db('jobs')
    .where({ id, state: 'running' })
    .update(blameless ? { ...change, attempts: db.raw('attempts - 1') } : change);
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
    payload: JSON.parse(row.payload) as Record<string, unknown>,
    subject: row.subject,
    done: row.done,
    total: row.total,
    stage: row.stage,
    attempts: row.attempts,
    cancelRequested: Boolean(row.cancel_requested),
    error: row.error,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}
