/** The queue of background jobs: adding, listing, finding. */
import { z } from 'zod';
import type { Db, StoredBoolean } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { wakeWorkers } from '../db/wake-up.ts';
import { DamagedRecord } from '../errors.ts';
import { readJson } from './json.ts';

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** Those of this version: a later one that shares the database may queue others. */
export const jobKinds = [
  'check-batch',
  'score-batch',
  'mark-latest',
  'remove-batch',
  'challenge-batch',
  'first-start',
  'relabel-risk',
  'read-dataset',
  'compare-labels',
  'build-customers',
  'study-dataset',
  'train-model',
  'launch-campaign',
  'make-plan',
  'read-past-test',
  'run-query',
  'write-scores',
  'retrain',
  'make-groups',
  'check-alerts',
  'check-drift',
  'send-message',
] as const;
export type JobKind = (typeof jobKinds)[number];

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

const Payload = z.record(z.string(), z.unknown());

export interface JobRow {
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
  cancel_requested: StoredBoolean;
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
      created_at: await isoTimeOf(db),
      created_by: job.createdBy,
    })
    .returning('id');
  await wakeWorkers(db);
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

export function toJob(row: JobRow): Job {
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
