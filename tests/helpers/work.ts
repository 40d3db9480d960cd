/** Runs queued jobs here and now, without threads. */
import type { Context } from '../../src/context.ts';
import { handlers } from '../../src/jobs/handlers.ts';
import { failSubject } from '../../src/domain/job-failure.ts';
import { claimJob, finishJob } from '../../src/store/jobs.ts';

export async function runJobs({ db, config }: Context): Promise<void> {
  for (let job = await claimJob(db, 'test'); job; job = await claimJob(db, 'test')) {
    try {
      const outcome = await handlers[job.kind](
        { db, config, step: () => Promise.resolve('go on') },
        job.payload,
      );
      await finishJob(db, job.id, outcome === 'cancelled' ? 'cancelled' : 'done');
    } catch (error) {
      const message = error instanceof Error ? error.message : 'unknown';
      await finishJob(db, job.id, 'failed', message);
      await failSubject(db, job, message);
    }
  }
}
