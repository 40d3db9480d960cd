/** Erasing a customer from datasets: their rows become blank, and what was computed of the columns is computed again. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { AppError, Conflict } from '../../errors.ts';
import { listDatasets, updateDataset } from '../../store/datasets.ts';
import type { Dataset } from '../../store/datasets.ts';
import { listModelsOf } from '../../store/models.ts';
import { listTrainingsOf } from '../../store/trainings.ts';
import { eraseRecords, mayContain } from '../batches/csv-erasure.ts';
import type { CustomerSearch } from '../batches/csv-erasure.ts';
import { readTakenFormat } from '../csv/whole.ts';
import { currentFileOf } from '../datasets/customers-from-transactions/building.ts';
import { partsOf } from '../datasets/import/convert.ts';
import { describeDataset } from '../datasets/import/reading.ts';
import { standsOut } from './uploads.ts';

interface Env {
  readonly db: Db;
  readonly config: Config;
}

export interface ErasedDatasets {
  /** Rows that are blank now. */
  readonly rowCount: number;
  /** Models that learned from them, by their labels: a model keeps no rows, but the values that its columns can have. */
  readonly models: readonly string[];
}

/** Files of datasets that say who its customers are. */
export function listDatasetFiles(datasets: readonly Dataset[]): string[] {
  return datasets.flatMap((dataset) => [dataset.file, currentFileOf(dataset)]);
}

/** All datasets. @throws Conflict while one is read, or a model learns from one */
export async function listIdleDatasets(db: Db): Promise<readonly Dataset[]> {
  const datasets = await listDatasets(db);
  for (const { id, name, state } of datasets) {
    const trainings = await listTrainingsOf(db, id);
    if (state === 'reading' || trainings.some((one) => one.state === 'queued' || one.state === 'running'))
      throw new Conflict(`${name} is being read or learned from. Wait for it, or cancel it, and try again.`);
  }
  return datasets;
}

export async function eraseFromDatasets(
  env: Env,
  datasets: readonly Dataset[],
  customerId: string,
): Promise<ErasedDatasets> {
  let rowCount = 0;
  const models: string[] = [];
  for (const dataset of datasets) {
    const rows = await eraseFromDataset(env, dataset, customerId);
    rowCount += rows;
    if (rows > 0) models.push(...(await listModelsOf(env.db, dataset.id)).map(({ label }) => label));
  }
  return { rowCount, models };
}

async function eraseFromDataset({ db, config }: Env, dataset: Dataset, customerId: string): Promise<number> {
  const paths = listDatasetFiles([dataset]).map((file) => join(config.dataDir, file));
  for (const part of partsOf(dataset.file)) await rm(join(config.dataDir, part), { force: true });
  if (!paths.some((path) => mayContain(path, customerId)) && isDescribed(dataset)) return 0;
  await forgetDescription(db, dataset);
  let rowCount = 0;
  for (const path of paths.filter((one) => mayContain(one, customerId))) {
    const search = await searchIn(path, dataset, customerId);
    if (search !== null) rowCount += eraseRecords(path, search).rows.length;
  }
  await describeAgain({ db, config }, dataset);
  return rowCount;
}

/** How a customer is found in a file of a dataset; null: nobody can say which column identifies customers. */
export async function searchIn(
  path: string,
  { columns }: Dataset,
  customerId: string,
): Promise<CustomerSearch | null> {
  const { delimiter, header } = await readTakenFormat(path);
  const places = columns.filter(({ role }) => role === 'identifier').map(({ name }) => header.indexOf(name));
  return places.length === 0 && !standsOut(customerId) ? null : { customerId, places, delimiter };
}

/** False where an erasure was cut off. */
function isDescribed({ state, profile }: Dataset): boolean {
  return state !== 'ready' || (profile?.columns.length ?? 0) > 0;
}

/** Before the rows are blank: should this be cut off, the next erasure computes it. */
async function forgetDescription(db: Db, { id, columns }: Dataset): Promise<void> {
  const withoutLevels = columns.map((column) => ({ ...column, levels: [] }));
  await inTransaction(db, (trx) => updateDataset(trx, id, { columns: withoutLevels, profile: {} }));
}

async function describeAgain({ db, config }: Env, { id, file, state }: Dataset): Promise<void> {
  if (state !== 'ready') return;
  const path = join(config.dataDir, file);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const { rowCount } = await readTakenFormat(path);
  await inTransaction(db, (trx) => updateDataset(trx, id, { rowCount, sha256: hash.digest('hex') }));
  try {
    await describeDataset(db, config, id);
  } catch (error) {
    // Of the rows that are left nothing may be said; the dataset stays as it is.
    if (!(error instanceof AppError)) throw error;
    await inTransaction(db, (trx) => updateDataset(trx, id, { error: error.message }));
  }
}
