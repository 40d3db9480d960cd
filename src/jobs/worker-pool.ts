/**
 * The pool: claims jobs by a lease, hands each to a worker thread and renews the lease while it runs. A worker
 * that dies gives its job back to the queue; the third death fails it with its reason. The thread that owns the
 * pool does nothing heavy itself.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Worker } from 'node:worker_threads';
import type { Context } from '../context.ts';
import { claimJob, finishJob, leaseMs, maxAttempts, releaseJob, renewLease } from '../store/jobs.ts';
import type { Job } from '../store/jobs.ts';
import { failSubject } from '../domain/job-failure.ts';
import { openThread } from '../thread.ts';
import type { FromWorker, ToWorker } from './worker.ts';

export interface WorkerPool {
  /** Asks running jobs to stop at their next step and waits for them, at most `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>;
}

const pollMs = 200;

interface Slot {
  worker: Worker | null;
  job: Job | null;
  /** The job was given up: its lease went to somebody else. */
  isLost: boolean;
}

export function startWorkerPool(context: Context): WorkerPool {
  const { config, db, log } = context;
  const owner = `${hostname()}:${process.pid}:${randomUUID()}`.slice(0, 100);
  const slots: Slot[] = Array.from({ length: config.workers }, () => ({
    worker: null,
    job: null,
    isLost: false,
  }));
  let isStopping = false;
  let turn: Promise<void> = Promise.resolve();

  const fill = async (): Promise<void> => {
    for (const slot of slots) {
      if (slot.job !== null || isStopping) continue;
      const job = await claimJob(db, owner);
      if (!job) return;
      await begin(slot, job);
    }
  };

  const begin = async (slot: Slot, job: Job): Promise<void> => {
    if (job.attempts > maxAttempts) {
      await fail(job, job.error ?? 'It ended unexpectedly three times. The log of the server says more.');
      return;
    }
    slot.job = job;
    slot.isLost = false;
    slot.worker ??= startWorker(slot);
    slot.worker.postMessage({ run: job } satisfies ToWorker);
  };

  const startWorker = (slot: Slot): Worker => {
    const worker = openThread('jobs/worker', config);
    worker.on('message', (answer: FromWorker) => void inTurn(() => end(slot, answer)));
    worker.on('error', (error) => {
      log.error({ name: error.name, message: error.message }, 'A worker thread failed');
    });
    worker.on('exit', () => {
      slot.worker = null;
      void inTurn(() => end(slot, { failed: { message: 'The worker thread ended.', isFinal: false } }));
    });
    return worker;
  };

  const end = async (slot: Slot, answer: FromWorker): Promise<void> => {
    const { job } = slot;
    slot.job = null;
    if (!job || slot.isLost) return;
    if ('outcome' in answer) {
      if (answer.outcome === 'stopped') await releaseJob(db, job.id, true);
      else await finishJob(db, job.id, answer.outcome);
    } else {
      const { message, isFinal } = answer.failed;
      log.error({ jobId: job.id, kind: job.kind, attempt: job.attempts, message }, 'A job failed');
      if (isFinal || job.attempts >= maxAttempts) await fail(job, message);
      else await releaseJob(db, job.id, false);
    }
  };

  const fail = async (job: Job, message: string): Promise<void> => {
    await finishJob(db, job.id, 'failed', message);
    await failSubject(db, job, message);
  };

  const renew = async (): Promise<void> => {
    for (const slot of slots) if (slot.job && !(await renewLease(db, slot.job.id, owner))) slot.isLost = true;
  };

  /** One thing at a time, and an error of one does not end the pool. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work).catch((error: unknown) => {
      log.error(
        { message: error instanceof Error ? error.message : 'unknown' },
        'The job queue could not be served; trying again',
      );
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
      const deadline = Date.now() + timeoutMs;
      while (slots.some((slot) => slot.job !== null) && Date.now() < deadline) await pause(50);
      clearInterval(renewing);
      await turn;
      for (const slot of slots) await slot.worker?.terminate();
      await turn;
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, ms));
}
