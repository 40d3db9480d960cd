/** Records in a working state without a job, left by a database that was copied or edited in between. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { listBatches } from '../../store/batches.ts';
import { listOpenJobs } from '../../store/jobs.ts';
import { resumeRemoval } from '../batches/removal.ts';
import { jobSubjects } from './subjects.ts';

const mostLookedAt = 1_000;

/** At start: removals continue; everything else is marked as interrupted and can be started again. */
export async function healInterrupted(db: Db): Promise<void> {
  await inTransaction(db, async (trx) => {
    const jobs = await listOpenJobs(trx);
    for (const batch of await listBatches(trx, mostLookedAt))
      if (batch.state === 'removing') await resumeRemoval(trx, null, batch);
    for (const [key, { listWorking, interrupted, stop }] of Object.entries(jobSubjects))
      for (const id of await listWorking(trx))
        if (!jobs.some(({ payload }) => payload[key] === id))
          await stop(trx, id, { state: 'failed', error: interrupted });
  });
}
