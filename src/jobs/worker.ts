/** A worker thread: takes one job at a time from the pool and runs it with a database connection of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from '../config.ts';
import { openDatabase } from '../db.ts';
import { AppError } from '../errors.ts';
import { isCancelRequested, saveProgress } from '../store/jobs.ts';
import type { Job } from '../store/jobs.ts';
import { handlers } from './handlers.ts';
import type { JobOutcome } from './job-handler.ts';

/** To the worker: a job to run, or the word to stop at the next step. */
export type ToWorker = { readonly run: Job } | { readonly stop: true };
/** From the worker. `fault`: a reason for people; null when it says nothing to them. */
export type FromWorker =
  | { readonly outcome: JobOutcome }
  | { readonly failed: { readonly message: string; readonly isFinal: boolean } };

const config = workerData as Config;
const db = openDatabase(config.databaseUrl);
/** Progress is written at most this often. */
const progressMs = 250;

let isStopping = false;

parentPort!.on('message', (message: ToWorker) => {
  if ('stop' in message) isStopping = true;
  else void run(message.run);
});

async function run(job: Job): Promise<void> {
  let answer: FromWorker;
  try {
    answer = { outcome: await handlers[job.kind]({ db, config, step: createStep(job.id) }, job.payload) };
  } catch (error) {
    // What the input is to blame for will not get better by trying again.
    answer = {
      failed: {
        message: error instanceof Error ? error.message : String(error),
        isFinal: error instanceof AppError,
      },
    };
  }
  parentPort!.postMessage(answer);
}

function createStep(jobId: number) {
  let lastWrite = 0;
  return async (done: number, total: number, stage: string | null = null) => {
    // Gives messages from the pool a chance to arrive.
    await new Promise((resume) => setImmediate(resume));
    if (isStopping) return 'stop';
    if (Date.now() - lastWrite < progressMs) return 'go on';
    lastWrite = Date.now();
    await saveProgress(db, jobId, done, total, stage);
    return (await isCancelRequested(db, jobId)) ? 'cancel' : 'go on';
  };
}
