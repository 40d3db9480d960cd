/** Settings of the whole organisation that touch more than themselves. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { inTransaction } from '../db.ts';
import type { Db } from '../db.ts';
import { Conflict } from '../errors.ts';
import { recordEvent } from '../store/audit.ts';
import { deleteBatch, listSampleBatches } from '../store/batches.ts';
import { deleteDataset, listSampleDatasets } from '../store/datasets.ts';
import { deleteModel, listModels } from '../store/models.ts';
import { deleteSamplePredictions, relabelRisk } from '../store/predictions.ts';
import { getSettings, saveSettings } from '../store/settings.ts';
import type { Settings } from '../store/settings.ts';
import type { User } from './accounts.ts';
import { allBatchFiles } from './batch-files.ts';
import { currentFile, historyFile } from './first-start.ts';
import { removeModelFile } from './model-files.ts';

/** New thresholds hold for every stored score at once, so that no list mixes two meanings of 'high'. */
export async function changeRiskLevels(
  db: Db,
  user: User,
  mediumFrom: number,
  highFrom: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const before = await getSettings(trx);
    await saveSettings(trx, { mediumFrom, highFrom });
    await relabelRisk(trx, mediumFrom, highFrom);
    await recordEvent(trx, {
      userId: user.id,
      action: 'settings.risk-levels',
      subject: 'Risk levels',
      before: { mediumFrom: before.mediumFrom, highFrom: before.highFrom },
      after: { mediumFrom, highFrom },
    });
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

/**
 * Everything generated goes in one step: customers, scores, files, dataset, and the models that are not active. The
 * active one stays until another takes over, so that scoring goes on.
 */
export async function removeSample(db: Db, config: Config, user: User): Promise<void> {
  const files = await inTransaction(db, async (trx) => {
    const batches = await listSampleBatches(trx);
    if (batches.some(({ state }) => state === 'scoring'))
      throw new Conflict('The sample is still being scored. Try again in a moment.');
    await deleteSamplePredictions(trx);
    for (const batch of batches) await deleteBatch(trx, batch.id);
    const models = (await listModels(trx)).filter((model) => model.isSample && model.state !== 'active');
    for (const model of models) await deleteModel(trx, model.id);
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
