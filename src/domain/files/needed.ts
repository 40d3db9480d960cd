/** The files that a job reads are brought before it begins. */
import { join } from 'node:path';
import { findBatch } from '../../store/batches.ts';
import { findDataset } from '../../store/datasets.ts';
import { openFiles } from '../../store/files/open-files.ts';
import type { Job } from '../../store/jobs.ts';
import { getTraining } from '../../store/trainings.ts';
import { bringKept } from './kept.ts';
import type { FilesEnv } from './kept.ts';

/** @throws FilesUnavailable; ChangedFile where one that the job needs is lost */
export async function bringForJob(env: FilesEnv, payload: Job['payload']): Promise<void> {
  const files = openFiles(env.config);
  if (!files.isShared) return;
  await bringKept(env);
  await files.bring(env.db, await listNeeded(env, payload));
}

async function listNeeded({ db, config }: FilesEnv, payload: Job['payload']): Promise<string[]> {
  const { batchId, datasetId, sourceId, comparisonOf, studyOf, trainingId } = payload;
  const batch = typeof batchId === 'number' ? await findBatch(db, batchId) : undefined;
  const ofTraining = typeof trainingId === 'number' ? (await getTraining(db, trainingId)).datasetId : null;
  const paths = batch ? [join(config.uploadsDir, batch.file)] : [];
  for (const id of [datasetId, sourceId, comparisonOf, studyOf, ofTraining]) {
    const dataset = typeof id === 'number' ? await findDataset(db, id) : undefined;
    if (dataset) paths.push(join(config.dataDir, dataset.file));
  }
  return paths;
}
