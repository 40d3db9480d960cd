/** Removes the sample: its batch like any other, then its dataset, models and files. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import { listBatches, listSampleBatches } from '../../store/batches.ts';
import type { BatchSummary } from '../../store/batches.ts';
import { deleteDataset, listSampleDatasets } from '../../store/datasets.ts';
import { archiveModel, deleteModel, listModels } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { countSamplePredictions, isModelUsed } from '../../store/score-files/usage.ts';
import type { User } from '../people/accounts.ts';
import { removeBatchScores, resumeRemoval } from '../batches/removal.ts';
import { currentFile, historyFile } from './first-start.ts';
import type { JobOutcome, JobSteps } from '../jobs/steps.ts';
import { openFiles } from '../../store/files/open-files.ts';
import { removeModelFile } from '../models/files.ts';

/** What is left of the sample, and what its removal would delete. */
export async function describeSample(db: Db): Promise<SampleDescription> {
  const models = (await listModels(db)).filter((model) => model.isSample);
  const batches = await listSampleBatches(db);
  const datasets = await listSampleDatasets(db);
  return {
    predictions: await countSamplePredictions(db),
    files: batches.length + datasets.length,
    models: models.filter(({ state }) => state !== 'active').map(({ label }) => label),
    isBeingRemoved: batches.some(({ state }) => state === 'removing'),
    activeModel: models.find(({ state }) => state === 'active')?.label ?? null,
  };
}

export interface SampleDescription {
  readonly predictions: number;
  readonly files: number;
  /** Models that would be deleted. */
  readonly models: readonly string[];
  /** The model that would be kept. */
  readonly activeModel: string | null;
  readonly isBeingRemoved: boolean;
}

/**
 * Deletes everything generated: customers, scores, files, dataset, and the models that are not active. The active model
 * is kept until another is activated, so that scoring continues. A model that scored the organisation's customers
 * is archived with its file, which those scores are explained with. 'later': a job continues.
 */
export async function removeSample(db: Db, config: Config, user: User): Promise<'done' | 'later'> {
  const batches = await inTransaction(db, async (trx) => {
    const found = await listSampleBatches(trx);
    if (found.some(({ state }) => state === 'scoring' || state === 'checking'))
      throw new Conflict('The sample is still being scored. Try again in a moment.');
    if (found.some(({ state }) => state === 'removing'))
      throw new Conflict('The sample is already being removed. Wait until that is finished.');
    const upload = await findOpenUpload(trx, await listIdleSampleModels(trx));
    if (upload)
      throw new Conflict(
        `The upload ${upload.originalName} is being scored with ${upload.modelLabel ?? 'a sample model'}. Finish it or remove it first.`,
      );
    await recordEvent(trx, { userId: user.id, action: 'sample.removed', subject: 'Sample data' });
    for (const batch of found) await resumeRemoval(trx, user.id, batch, { withSample: true });
    return found;
  });
  if (batches.length > 0) return 'later';
  await removeSampleRest(db, config);
  return 'done';
}

/** The job of removing one upload; the last one of the sample takes along what was made for it. */
export async function removeBatchWithSample(
  db: Db,
  config: Config,
  payload: Parameters<typeof removeBatchScores>[2],
  steps: JobSteps,
): Promise<JobOutcome> {
  const outcome = await removeBatchScores(db, config.uploadsDir, payload, steps, openFiles(config));
  if (payload['withSample'] !== true || outcome === 'stopped' || outcome.state !== 'done') return outcome;
  // Before the batch itself, whose removal a run that was cut off here takes up again.
  const others = (await listSampleBatches(db)).filter(({ id }) => id !== payload['removedBatchId']);
  if (others.length === 0) await removeSampleRest(db, config);
  return outcome;
}

async function removeSampleRest(db: Db, config: Config): Promise<void> {
  const shared = openFiles(config);
  const files = await inTransaction(db, async (trx) => {
    const removed: string[] = [];
    for (const model of await listIdleSampleModels(trx)) {
      // What an upload took up since the removal was asked for, stays.
      if (await findOpenUpload(trx, [model])) continue;
      if (await isModelUsed(trx, model.id)) await archiveModel(trx, model.id);
      else {
        await deleteModel(trx, model.id);
        await shared.remove(trx, join(config.modelsDir, model.file));
        removed.push(model.file);
      }
    }
    for (const dataset of await listSampleDatasets(trx)) await deleteDataset(trx, dataset.id);
    for (const name of [historyFile, currentFile]) await shared.remove(trx, join(config.dataDir, name));
    return removed;
  });
  for (const file of files) await removeModelFile(config.modelsDir, file);
  for (const file of [historyFile, currentFile]) await rm(join(config.dataDir, file), { force: true });
}

async function listIdleSampleModels(db: Db): Promise<ModelRecord[]> {
  return (await listModels(db)).filter((model) => model.isSample && model.state !== 'active');
}

/** A batch that is being scored needs its model to the end. */
async function findOpenUpload(trx: Db, models: readonly ModelRecord[]): Promise<BatchSummary | undefined> {
  const isOpen = ({ state }: BatchSummary): boolean => ['checking', 'checked', 'scoring'].includes(state);
  const open = (await listBatches(trx, 1_000)).filter((batch) => !batch.isSample && isOpen(batch));
  return open.find(({ modelId }) => models.some(({ id }) => id === modelId));
}
