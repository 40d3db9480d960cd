/** A job that has failed for good tells what it was working on. */
import type { Db } from '../db.ts';
import { updateBatch } from '../store/batches.ts';
import type { Job } from '../store/jobs.ts';

export async function failSubject(db: Db, job: Job, message: string): Promise<void> {
  const { batchId } = job.payload;
  if (typeof batchId === 'number') await updateBatch(db, batchId, { state: 'failed', error: message });
}
