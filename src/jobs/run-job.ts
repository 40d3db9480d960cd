/**
 * Runs a claimed job to its end. The record it works on changes its state in the transaction that ends the job, so that
 * a crash leaves both unchanged. A temporary obstacle, such as a full disk or a locked database, pauses the job; a
 * finished result is kept and stored as soon as possible.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { inTransaction, openDatabase } from '../db.ts';
import type { Db } from '../db.ts';
import { AppError, FileElsewhere, FilesUnavailable, isDiskFull, TryLater } from '../errors.ts';
import { diskFull } from '../domain/jobs/disk-space.ts';
import { bringForJob } from '../domain/files/needed.ts';
import { renewFile } from '../domain/files/kept.ts';
import { stopSubjects } from '../domain/jobs/subjects.ts';
import type { JobOutcome } from '../domain/jobs/steps.ts';
import { isLocked, isUnreachable } from '../db/failures.ts';
import { LeaseLost, maxAttempts, pauseJob, releaseJob, requireLease } from '../store/job-leases.ts';
import { countAttempts, countProgress, finishJob, saveProgress } from '../store/job-progress.ts';
import type { Job } from '../store/jobs.ts';
import { handlers } from './handlers.ts';
import type { JobContext } from './job-handler.ts';

/** Progress is written at most this often. */
const progressMs = 250;
/** How soon a paused job is tried again. */
const retryMs = 3_000;

const locked = 'Another program keeps the database locked. It goes on by itself.';
const unreachable = 'The database could not be reached. It goes on by itself.';

/** `message`: why it failed, for the log; null: it did not. */
export interface JobReport {
  readonly message: string | null;
}

/** `isStopping`: the program is about to end. */
export async function runJob(config: Config, job: Job, isStopping: () => boolean): Promise<JobReport> {
  const db = openDatabase(config.databaseUrl, (trx) => requireLease(trx, job));
  try {
    return await run(
      {
        db,
        config,
        lease: job,
        step: createStep(db, job, isStopping),
        stored: (trx) => countProgress(trx, job),
      },
      job,
      isStopping,
    );
  } catch (error) {
    if (error instanceof LeaseLost) return { message: null };
    throw error;
  } finally {
    await db.destroy();
  }
}

async function run(context: JobContext, job: Job, isStopping: () => boolean): Promise<JobReport> {
  const { db } = context;
  const store = (work: (trx: Db) => Promise<void>) => whenPossible(isStopping, () => inTransaction(db, work));
  let outcome: JobOutcome;
  try {
    await bringForJob(context, job.payload);
    outcome = await handlers[job.kind](context, job.payload);
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    if (error instanceof FileElsewhere) await fetchAgain(context, error);
    const message = error instanceof Error ? error.message : String(error);
    const reason = passing(error);
    if (reason !== null) await store((trx) => pauseJob(trx, job, reason, retryMs));
    // An error in the input would occur again.
    else await store((trx) => failAttempt(trx, job, message, error instanceof AppError));
    return { message };
  }
  if (outcome === 'stopped') await store((trx) => releaseJob(trx, job, true));
  else {
    const { state, write } = outcome;
    await store(async (trx) => {
      await write(trx);
      await finishJob(trx, job, state);
    });
  }
  return { message: null };
}

/** A store that cannot be reached now is asked by the next try. */
async function fetchAgain({ db, config }: JobContext, { fileName }: FileElsewhere): Promise<void> {
  try {
    await renewFile({ db, config }, fileName);
  } catch (error) {
    if (!(error instanceof FilesUnavailable)) throw error;
  }
}

/** One attempt is lost: the job returns to the queue, or fails finally together with its record. */
export async function failAttempt(trx: Db, job: Job, message: string, isFinal: boolean): Promise<void> {
  if (!isFinal && (await countAttempts(trx, job)) < maxAttempts) {
    await releaseJob(trx, job, false);
    return;
  }
  await stopSubjects(trx, job.payload, { state: 'failed', error: message });
  await finishJob(trx, job, 'failed', message);
}

/** Describes a temporary obstacle; null for any other error. */
function passing(error: unknown): string | null {
  if (isDiskFull(error)) return diskFull;
  if (error instanceof FilesUnavailable || error instanceof FileElsewhere) return error.message;
  if (isLocked(error) || error instanceof TryLater) return locked;
  if (isUnreachable(error)) return unreachable;
  return null;
}

/** Retries until the obstacle is gone or the program ends; then the lease expires and nothing is lost. */
async function whenPossible(isStopping: () => boolean, attempt: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (passing(error) === null || isStopping()) throw error;
    }
    await pause(500);
  }
}

function createStep(db: Db, job: Job, isStopping: () => boolean): JobContext['step'] {
  let lastWrite = -Infinity;
  return async (done, total, stage) => {
    // Gives messages from the pool a chance to arrive.
    await new Promise((resume) => setImmediate(resume));
    if (isStopping()) return 'stop';
    if (performance.now() - lastWrite < progressMs) return 'go on';
    lastWrite = performance.now();
    try {
      const { isCancelled } = await saveProgress(db, job, { done, total, stage: stage ?? null });
      return isCancelled ? 'cancel' : 'go on';
    } catch (error) {
      // Failing to write progress must not end the work.
      if (passing(error) === null) throw error;
      return 'go on';
    }
  };
}
