/** Runs queued jobs here and now, without threads. */
import type { Context } from '../../src/context.ts';
import { runJob } from '../../src/jobs/run-job.ts';
import { claimJob } from '../../src/store/job-leases.ts';

export async function runJobs({ db, config }: Context): Promise<void> {
  for (let job = await claimJob(db, 'test'); job; job = await claimJob(db, 'test'))
    await runJob(config, job, () => false);
}
