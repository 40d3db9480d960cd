/** A job that has failed for good tells what it was working on. */
import type { Db } from '../db.ts';
import { updateBatch } from '../store/batches.ts';
import { updateDataset } from '../store/datasets.ts';
import type { Job } from '../store/jobs.ts';
import { failComparison } from './label-comparison.ts';
import { stopTraining } from './trainings.ts';

export async function failSubject(db: Db, job: Job, message: string): Promise<void> {
  const { batchId, datasetId, trainingId, comparisonOf } = job.payload;
  if (typeof batchId === 'number') await updateBatch(db, batchId, { state: 'failed', error: message });
  if (typeof datasetId === 'number') await updateDataset(db, datasetId, { state: 'failed', error: message });
  if (typeof trainingId === 'number') await stopTraining(db, trainingId, 'failed', message);
  if (typeof comparisonOf === 'number') await failComparison(db, comparisonOf, message);
}
