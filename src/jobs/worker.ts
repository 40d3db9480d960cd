/** A worker thread: takes one job at a time from the pool and runs it with a database connection of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from '../config.ts';
import type { Job } from '../store/jobs.ts';
import { runJob } from './run-job.ts';
import type { JobReport } from './run-job.ts';

/** To the worker: a job to run, or the request to stop at the next step. */
export type ToWorker = { readonly run: Job } | { readonly stop: true };
/** From the worker: the job is over, given back or lost. */
export type FromWorker = JobReport;

const config = workerData as Config;
let isStopping = false;

parentPort!.on('message', (message: ToWorker) => {
  if ('stop' in message) isStopping = true;
  else void run(message.run);
});

async function run(job: Job): Promise<void> {
  let report: FromWorker;
  try {
    report = await runJob(config, job, () => isStopping);
  } catch (error) {
    // Its state could not be stored: the lease expires, and the job is claimed again.
    report = { message: error instanceof Error ? error.message : String(error) };
  }
  parentPort!.postMessage(report);
}
