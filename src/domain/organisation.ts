/** Settings of the whole organisation that touch more than themselves. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { inTransaction } from '../db.ts';
import type { Db } from '../db.ts';
import { Conflict } from '../errors.ts';
import { recordEvent } from '../store/audit.ts';
import { deleteBatch, listBatches, listSampleBatches } from '../store/batches.ts';
import type { BatchRecord } from '../store/batches.ts';
import { deleteDataset, listSampleDatasets } from '../store/datasets.ts';
import { archiveModel, deleteModel, listModels } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';
import { deletePredictionsOf } from '../store/prediction-writes.ts';
import { countSamplePredictions, isModelUsed } from '../store/predictions.ts';
import { getSettings, saveSettings } from '../store/settings.ts';
import type { Settings } from '../store/settings.ts';
import type { User } from './accounts.ts';
import { allBatchFiles } from './batch-files.ts';
import { currentFile, historyFile } from './first-start.ts';
import { removeModelFile } from './model-files.ts';
import { relabelLater } from './risk-relabelling.ts';

/** 'later': stored scores get their new level by a job. */
export async function changeRiskLevels(
  db: Db,
  user: User,
  mediumFrom: number,
  highFrom: number,
): Promise<'done' | 'later'> {
  return inTransaction(db, async (trx) => {
    const before = await getSettings(trx);
    await saveSettings(trx, { mediumFrom, highFrom });
    const relabelled = await relabelLater(trx, user.id);
    await recordEvent(trx, {
      userId: user.id,
      action: 'settings.risk-levels',
      subject: 'Risk levels',
      before: { mediumFrom: before.mediumFrom, highFrom: before.highFrom },
      after: { mediumFrom, highFrom },
    });
    return relabelled;
  });
}

export type OrganisationChange = Pick<Settings, 'organisation' | 'currency' | 'timeZone' | 'valueMonths'>;

export async function changeOrganisation(db: Db, user: User, change: OrganisationChange): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { organisation, currency, timeZone, valueMonths } = await getSettings(trx);
    await saveSettings(trx, change);
    await recordEvent(trx, {
      userId: user.id,
      action: 'settings.organisation',
      subject: change.organisation,
      before: { organisation, currency, timeZone, valueMonths },
      after: change,
    });
  });
}

/** What is left of the sample, and what the step that removes it would take. */
export async function describeSample(db: Db): Promise<SampleDescription> {
  const models = (await listModels(db)).filter((model) => model.isSample);
  const batches = await listSampleBatches(db);
  const datasets = await listSampleDatasets(db);
  return {
    predictions: await countSamplePredictions(db),
    files: batches.length + datasets.length,
    models: models.filter(({ state }) => state !== 'active').map(({ label }) => label),
    activeModel: models.find(({ state }) => state === 'active')?.label ?? null,
  };
}

export interface SampleDescription {
  readonly predictions: number;
  readonly files: number;
  /** Those that would go. */
  readonly models: readonly string[];
  /** The one that would stay. */
  readonly activeModel: string | null;
}

/**
 * Everything generated goes in one step: customers, scores, files, dataset, and the models that are not active. The
 * active one stays until another takes over, so that scoring goes on. A model that scored customers of one's own
 * stays as a name beside those scores.
 */
export async function removeSample(db: Db, config: Config, user: User): Promise<void> {
  const files = await inTransaction(db, async (trx) => {
    const batches = await listSampleBatches(trx);
    if (batches.some(({ state }) => state === 'scoring'))
      throw new Conflict('The sample is still being scored. Try again in a moment.');
    const models = (await listModels(trx)).filter((model) => model.isSample && model.state !== 'active');
    await refuseWhileInUse(trx, models);
    for (const batch of batches) {
      await deletePredictionsOf(trx, batch.id);
      await deleteBatch(trx, batch.id);
    }
    for (const { id } of models)
      await ((await isModelUsed(trx, id)) ? archiveModel(trx, id) : deleteModel(trx, id));
    for (const dataset of await listSampleDatasets(trx)) await deleteDataset(trx, dataset.id);
    await recordEvent(trx, { userId: user.id, action: 'sample.removed', subject: 'Sample data' });
    return {
      batches: batches.flatMap((batch) => allBatchFiles(batch.file)),
      models: models.map((model) => model.file),
    };
  });
  for (const file of files.batches) await rm(join(config.uploadsDir, file), { force: true });
  for (const file of files.models) await removeModelFile(config.modelsDir, file);
  for (const file of [historyFile, currentFile]) await rm(join(config.dataDir, file), { force: true });
}

/** An upload of one's own that is under way needs its model to the end. */
async function refuseWhileInUse(trx: Db, models: readonly ModelRecord[]): Promise<void> {
  const isOpen = ({ state }: BatchRecord): boolean => ['checking', 'checked', 'scoring'].includes(state);
  const open = (await listBatches(trx, 1_000)).filter((batch) => !batch.isSample && isOpen(batch));
  const batch = open.find(({ modelId }) => models.some(({ id }) => id === modelId));
  if (batch)
    throw new Conflict(
      `The upload ${batch.originalName} is being scored with ${batch.modelLabel ?? 'a sample model'}. Finish it or remove it first.`,
    );
}
