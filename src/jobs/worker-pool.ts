/**
 * The pool: claims jobs by a lease, hands each to a worker thread and renews the lease while it runs. A worker
 * that dies gives its job back to the queue; the third death without progress fails it with its reason. The thread
 * that owns the pool does nothing heavy itself.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Worker } from 'node:worker_threads';
import type { Context } from '../context.ts';
import { inTransaction } from '../db.ts';
import { errorFields } from '../errors.ts';
import {
  claimJob,
  leaseMs,
  LeaseLost,
  maxAttempts,
  releaseJob,
  renewLease,
  requireLease,
} from '../store/jobs.ts';
import type { Job, JobKind } from '../store/jobs.ts';
import { openThread } from '../thread.ts';
import { failAttempt } from './run-job.ts';
import type { FromWorker, ToWorker } from './worker.ts';

export interface WorkerPool {
  /** Asks running jobs to stop at their next step and waits for them, at most `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>;
}

const pollMs = 200;
/** What may take hours. One thread is kept for everything else, so that an upload never waits behind it. */
const trainings: readonly JobKind[] = ['train-model', 'first-start'];

interface Slot {
  readonly excluded: readonly JobKind[];
  worker: Worker | null;
  job: Job | null;
  /** Why its worker died, as far as it is known. */
  cause: string;
}

export function startWorkerPool(context: Context): WorkerPool {
  const { config, db, log } = context;
  const owner = `${hostname()}:${process.pid}:${randomUUID()}`.slice(0, 100);
  const slots: Slot[] = Array.from({ length: Math.max(2, config.workers) }, (_, i) => ({
    excluded: i === 0 ? trainings : [],
    worker: null,
    job: null,
    cause: '',
  }));
  let isStopping = false;
  let turn: Promise<void> = Promise.resolve();

  const fill = async (): Promise<void> => {
    for (const slot of slots) {
      if (slot.job !== null || isStopping) continue;
      const running = slots.flatMap(({ job }) => (job === null ? [] : [job.id]));
      const job = await claimJob(db, owner, { running, kinds: slot.excluded });
      if (job) await begin(slot, job);
    }
  };

  const begin = async (slot: Slot, job: Job): Promise<void> => {
    if (job.attempts > maxAttempts) {
      await loseAttempt(
        job,
        job.error ?? 'It ended unexpectedly three times. The log of the server says more.',
      );
      return;
    }
    slot.job = job;
    slot.cause = 'The worker thread ended.';
    slot.worker ??= startWorker(slot);
    slot.worker.postMessage({ run: job } satisfies ToWorker);
  };

  const startWorker = (slot: Slot): Worker => {
    const worker = openThread('jobs/worker', config);
    worker.on('message', ({ message }: FromWorker) => {
      if (message !== null)
        log.error({ jobId: slot.job?.id, kind: slot.job?.kind, message }, 'A job could not be finished');
      slot.job = null;
    });
    worker.on('error', (error: Error & { code?: string }) => {
      log.error({ err: errorFields(error) }, 'A worker thread failed');
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') slot.cause = 'There was not enough memory for it.';
    });
    worker.on('exit', () => {
      slot.worker = null;
      const { job, cause } = slot;
      slot.job = null;
      if (job) void inTurn(() => loseAttempt(job, cause));
    });
    return worker;
  };

  /** Nothing happens when the job went to somebody else meanwhile. */
  const loseAttempt = async (job: Job, message: string): Promise<void> => {
    log.error({ jobId: job.id, kind: job.kind, attempt: job.attempts, message }, 'A job failed');
    await inTransaction(db, async (trx) => {
      await requireLease(trx, job);
      await failAttempt(trx, job, message, false);
    }).catch((error: unknown) => {
      if (!(error instanceof LeaseLost)) throw error;
    });
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

  /** One thing at a time, and an error of one does not end the pool. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work).catch((error: unknown) => {
      log.error({ err: errorFields(error) }, 'The job queue could not be served; trying again');
    });
    return turn;
  };

  const polling = setInterval(() => void inTurn(fill), pollMs);
  const renewing = setInterval(() => void inTurn(renew), leaseMs / 4);

  return {
    stop: async (timeoutMs) => {
      isStopping = true;
      clearInterval(polling);
      for (const slot of slots) slot.worker?.postMessage({ stop: true } satisfies ToWorker);
      const deadline = performance.now() + timeoutMs;
      while (slots.some((slot) => slot.job !== null) && performance.now() < deadline) await pause(50);
      clearInterval(renewing);
      await turn;
      for (const slot of slots) {
        const { job } = slot;
        slot.job = null;
        await slot.worker?.terminate();
        // It had no step to stop at in time, which is not its fault.
        if (job) await inTurn(() => releaseJob(db, job, true));
      }
      await turn;
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, ms));
}
