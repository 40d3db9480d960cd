/**
 * The pool claims jobs by a lease, hands each to a worker thread and renews the lease while it runs. If a worker
 * crashes, its job returns to the queue; after the third crash without progress the job fails with the reason. The
 * thread that owns the pool does no heavy work itself.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Worker } from 'node:worker_threads';
import type { Context } from '../context.ts';
import { inTransaction } from '../db.ts';
import { onWakeUp, pollMsFor } from '../db/wake-up.ts';
import type { Db } from '../db.ts';
import { isPostgres } from '../db/sql.ts';
import { removeParts } from '../domain/jobs/failure.ts';
import { stopSubjects } from '../domain/jobs/subjects.ts';
import { errorFields, isOutOfMemory, needsMoreMemory } from '../errors.ts';
import { softwareVersion } from '../software-version.ts';
import { claimForeignGroup } from '../store/batch-blocks.ts';
import { listCancelRequests } from '../store/job-cancellation.ts';
import {
  claimJob,
  leaseMs,
  LeaseLost,
  maxAttempts,
  releaseJob,
  renewLease,
  requireLease,
} from '../store/job-leases.ts';
import { finishJob } from '../store/job-progress.ts';
import type { Job, JobKind } from '../store/jobs.ts';
import { openThread } from '../thread.ts';
import { excludedFrom, fewestThreads } from './job-classes.ts';
import type { WorkerShare } from './job-classes.ts';
import { failAttempt } from './run-job.ts';
import type { FromWorker, ToWorker } from './worker.ts';

export interface WorkerPool {
  /** Asks running jobs to stop at their next step and waits for them, at most `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>;
}

/** After this time the thread of a cancelled job that has not stopped is ended. */
const cancelGraceMs = 2_000;

interface Slot {
  readonly excluded: readonly JobKind[];
  worker: Worker | null;
  job: Job | null;
  /** It scores blocks of a job that another worker has. */
  isHelping: boolean;
  /** When the request to cancel the job was first seen. */
  cancelledAt: number | null;
  ranOutOfMemory: boolean;
}

/** What is not given of `share`: jobs of all classes, and as many at once as the setting says. */
export function startWorkerPool(context: Context, share: Partial<WorkerShare> = {}): WorkerPool {
  const { config, db, log } = context;
  const owner = `${hostname()}:${process.pid}:${randomUUID()}`.slice(0, 100);
  const all = { threads: Math.max(fewestThreads, config.workers), classes: null };
  const slots: Slot[] = excludedFrom({ ...all, ...share }).map((excluded) => ({
    excluded,
    worker: null,
    job: null,
    isHelping: false,
    cancelledAt: null,
    ranOutOfMemory: false,
  }));
  const helps = isPostgres(db);
  let isStopping = false;
  let turn: Promise<void> = Promise.resolve();

  const fill = async (): Promise<void> => {
    for (const slot of slots) {
      if (isBusy(slot) || isStopping) continue;
      const running = slots.flatMap(({ job }) => (job === null ? [] : [job.id]));
      const job = await claimJob(db, owner, { running, kinds: slot.excluded });
      if (job) await begin(slot, job);
      else if (helps && !slot.excluded.includes('score-batch')) await help(slot);
    }
  };

  const help = async (slot: Slot): Promise<void> => {
    const group = await claimForeignGroup(db, owner, softwareVersion);
    if (!group) return;
    slot.isHelping = true;
    slot.worker ??= startWorker(slot);
    slot.worker.postMessage({ help: group } satisfies ToWorker);
  };

  const begin = async (slot: Slot, job: Job): Promise<void> => {
    if (job.attempts > maxAttempts) {
      await loseAttempt(
        job,
        job.error ?? 'It ended unexpectedly three times. See the server log for the cause.',
        false,
      );
      return;
    }
    slot.job = job;
    slot.cancelledAt = null;
    slot.ranOutOfMemory = false;
    slot.worker ??= startWorker(slot);
    slot.worker.postMessage({ run: job } satisfies ToWorker);
  };

  const startWorker = (slot: Slot): Worker => {
    const worker = openThread('jobs/worker', config, config.threadMemoryMb);
    worker.on('message', ({ message }: FromWorker) => {
      if (message !== null)
        log.error({ jobId: slot.job?.id, kind: slot.job?.kind, message }, 'A job could not be finished');
      slot.job = null;
      slot.isHelping = false;
      look();
    });
    worker.on('error', (error: Error) => {
      log.error({ err: errorFields(error) }, 'A worker thread failed');
      slot.ranOutOfMemory = isOutOfMemory(error);
    });
    worker.on('exit', () => {
      slot.worker = null;
      const { job, ranOutOfMemory } = slot;
      slot.job = null;
      slot.isHelping = false;
      const message = ranOutOfMemory ? needsMoreMemory().message : 'The worker thread ended.';
      // A retry would need as much memory.
      if (job) void inTurn(() => loseAttempt(job, message, ranOutOfMemory));
    });
    return worker;
  };

  const loseAttempt = async (job: Job, message: string, isFinal: boolean): Promise<void> => {
    log.error({ jobId: job.id, kind: job.kind, attempt: job.attempts, message }, 'A job failed');
    await writeFor(job, async (trx) => {
      await removeParts(trx, config, job);
      await failAttempt(trx, job, message, isFinal);
    });
  };

  /** Does nothing if the job has been taken over or has ended. */
  const writeFor = async (job: Job, write: (trx: Db) => Promise<void>): Promise<void> => {
    await inTransaction(db, async (trx) => {
      await requireLease(trx, job);
      await write(trx);
    }).catch((error: unknown) => {
      if (!(error instanceof LeaseLost)) throw error;
    });
  };

  /** Ends the thread of a cancelled job that does not stop because it is in the middle of a long step. */
  const endCancelled = async (): Promise<void> => {
    const running = slots.flatMap(({ job }) => (job === null ? [] : [job.id]));
    if (running.length === 0) return;
    const requests = new Set(await listCancelRequests(db, running));
    for (const slot of slots) {
      const { job } = slot;
      if (job === null || !requests.has(job.id)) continue;
      slot.cancelledAt ??= performance.now();
      if (performance.now() - slot.cancelledAt < cancelGraceMs) continue;
      log.warn({ jobId: job.id, kind: job.kind }, 'The thread of a cancelled job was ended');
      slot.job = null;
      await slot.worker?.terminate();
      await writeFor(job, async (trx) => {
        await removeParts(trx, config, job);
        await stopSubjects(trx, job.payload, { state: 'cancelled' });
        await finishJob(trx, job, 'cancelled');
      });
    }
  };

  const renew = async (): Promise<void> => {
    for (const slot of slots) {
      const { job } = slot;
      if (job === null || (await renewLease(db, job)) || slot.job !== job) continue;
      log.warn({ jobId: job.id, kind: job.kind }, 'The lease of a job was lost');
      slot.job = null;
      await slot.worker?.terminate();
    }
  };

  /** Runs one operation at a time; an error does not end the pool. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work).catch((error: unknown) => {
      log.error({ err: errorFields(error) }, 'The job queue could not be processed; retrying');
    });
    return turn;
  };

  const look = (): void => {
    void inTurn(fill);
    void inTurn(endCancelled);
  };
  const polling = setInterval(look, pollMsFor(db));
  const listener = onWakeUp(db, look);
  const renewing = setInterval(() => void inTurn(renew), leaseMs / 4);

  return {
    stop: async (timeoutMs) => {
      isStopping = true;
      clearInterval(polling);
      const stopped = listener.stop();
      for (const slot of slots) slot.worker?.postMessage({ stop: true } satisfies ToWorker);
      const deadline = performance.now() + timeoutMs;
      while (slots.some(isBusy) && performance.now() < deadline) await pause(50);
      clearInterval(renewing);
      await turn;
      for (const slot of slots) {
        const { job } = slot;
        slot.job = null;
        await slot.worker?.terminate();
        // It had no step to stop at in time, so this attempt is not counted.
        if (job) await inTurn(() => releaseJob(db, job, true));
      }
      await turn;
      await stopped;
    },
  };
}

function isBusy({ job, isHelping }: Slot): boolean {
  return job !== null || isHelping;
}

function pause(ms: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, ms));
}
