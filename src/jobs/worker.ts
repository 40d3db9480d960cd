/** A worker thread: takes one job at a time from the pool and runs it with a database connection of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from '../config.ts';
import { openDatabase } from '../db.ts';
import type { Db } from '../db.ts';
import { helpScoring } from '../domain/batches/shared/helper.ts';
import type { ClaimedGroup } from '../store/batch-blocks.ts';
import type { Job } from '../store/jobs.ts';
import { runJob } from './run-job.ts';
import type { JobReport } from './run-job.ts';

/** To the worker: a job to run, blocks of another worker's job to score, or the request to stop at the next step. */
export type ToWorker = { readonly run: Job } | { readonly help: ClaimedGroup } | { readonly stop: true };
/** From the worker: the job is over, given back or lost. */
export type FromWorker = JobReport;

const config = workerData as Config;
let isStopping = false;

parentPort!.on('message', (message: ToWorker) => {
  if ('stop' in message) isStopping = true;
  else void report('run' in message ? run(message.run) : help(message.help));
});

/** Opened when it is needed first. */
let database: Db | null = null;

async function help(group: ClaimedGroup): Promise<FromWorker> {
  database ??= openDatabase(config.databaseUrl);
  await helpScoring(database, config, group, () => isStopping);
  return { message: null };
}

function run(job: Job): Promise<FromWorker> {
  return runJob(config, job, () => isStopping);
}

async function report(work: Promise<FromWorker>): Promise<void> {
  const result = await work.catch((error: unknown): FromWorker => {
    // Its state could not be stored: the lease expires, and the job or the blocks are claimed again.
    return { message: error instanceof Error ? error.message : String(error) };
  });
  parentPort!.postMessage(result);
}
