/** The rows of a query, read in a job, and what becomes of them: a batch or a dataset. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Db } from '../../db.ts';
import { AppError } from '../../errors.ts';
import { countText } from '../../format.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { findDataset } from '../../store/datasets.ts';
import { endRun, getQuery } from '../../store/queries.ts';
import type { QueryRecord } from '../../store/queries.ts';
import { readQuery } from '../../store/warehouse/read.ts';
import { checkAndScoreLater, openUploadStore, prepareBatch } from '../batches/batches.ts';
import type { ReceivedFile } from '../batches/batches.ts';
import { removeFiles } from '../batches/files.ts';
import { isComplete } from '../batches/mapping.ts';
import { guessForActiveModel } from '../batches/matching.ts';
import { maxColumns } from '../csv/intake.ts';
import { keepUpload } from '../datasets/datasets.ts';
import { takeInTable } from '../datasets/import/convert.ts';
import { writeCsv } from '../datasets/import/write-csv.ts';
import { openConnection } from './connections.ts';
import type { WarehouseEnv } from './connections.ts';

/** Called at intervals, with the rows so far; throws to stop. */
type RowCheckpoint = (rows: number) => Promise<void>;

/**
 * Writes the rows to a file that is then like an upload. What it gives registers the file, in the transaction that ends the job.
 * @throws AppError or WarehouseLost, in words; nothing of the file is left then
 */
export async function runQuery(
  env: WarehouseEnv,
  id: number,
  userId: number | null,
  checkpoint: RowCheckpoint,
): Promise<(trx: Db) => Promise<void>> {
  const query = await getQuery(env.db, id);
  const file = randomBytes(16).toString('hex');
  try {
    const rowCount = await readToFile(env, query, join(env.config.uploadsDir, file), checkpoint);
    const received = { file, originalName: `${query.name}.csv` };
    const register = await (query.datasetKind === null ? asBatch : asDataset)(env, query, received);
    return async (trx) => {
      await endRun(trx, id, { state: 'done', rowCount });
      await register(trx, userId);
    };
  } catch (error) {
    await removeFiles(env.config.uploadsDir, file);
    throw error;
  }
}

async function readToFile(
  env: WarehouseEnv,
  query: QueryRecord,
  path: string,
  checkpoint: RowCheckpoint,
): Promise<number> {
  const warehouse = await openConnection(env, query.connectionId);
  let rowCount = 0;
  const { maxUploadBytes } = env.config;
  try {
    const { header, rows } = await readQuery(warehouse, query.statement, maxColumns);
    const lines = async function* () {
      yield header;
      for await (const row of rows) {
        rowCount++;
        yield row;
      }
    };
    await writeCsv(path, lines(), () => checkpoint(rowCount), maxUploadBytes);
  } catch (error) {
    throw isTooMuch(error) ? tooMuch(maxUploadBytes) : error;
  } finally {
    await warehouse.close();
  }
  if (rowCount === 0) throw new AppError(422, 'no-rows', 'The query gives no rows.');
  return rowCount;
}

type Register = (trx: Db, userId: number | null) => Promise<void>;

async function asBatch(env: WarehouseEnv, query: QueryRecord, received: ReceivedFile): Promise<Register> {
  const takeIn = (path: string) =>
    takeInTable(path, undefined, 'names', { delimiter: ',', decimal: '.', encoding: 'utf-8' });
  const register = await prepareBatch(openUploadStore(env), received, takeIn);
  return async (trx, userId) => {
    const batch = await register(trx, userId);
    await endRun(trx, query.id, { batchId: batch.id });
    if (query.scoresAtOnce) await scoreRun(trx, query, batch, userId);
  };
}

/** With the active model; what that cannot be matched with waits for a person, whose answer is remembered for the next run. */
async function scoreRun(
  trx: Db,
  { id }: QueryRecord,
  batch: BatchRecord,
  userId: number | null,
): Promise<void> {
  const plan = await guessForActiveModel(trx, batch);
  if (plan && isComplete(plan.mapping)) await checkAndScoreLater(trx, { id: userId }, batch.id, plan);
  else
    await endRun(trx, id, {
      state: 'failed',
      error: plan
        ? 'Some columns of the active model are not among those of the query. Match them by hand, or change the query.'
        : 'No model is active. Activate one, then run the query again.',
    });
}

async function asDataset(env: WarehouseEnv, query: QueryRecord, received: ReceivedFile): Promise<Register> {
  const { db, config } = env;
  const before = query.datasetId === null ? undefined : await findDataset(db, query.datasetId);
  const register = await keepUpload(db, config, {
    ...received,
    name: query.name,
    kind: query.datasetKind ?? 'customers',
    versionOf: before?.id ?? null,
    firstLine: 'names',
  });
  return async (trx, userId) => {
    await endRun(trx, query.id, { datasetId: await register(trx, userId) });
  };
}

/** What a file of the upload would be told does not fit a query. */
function isTooMuch(error: unknown): boolean {
  return error instanceof AppError && error.code === 'too-much';
}

function tooMuch(maxBytes: number): AppError {
  const megabytes = countText(Math.round(maxBytes / 1024 / 1024));
  return new AppError(
    422,
    'too-much',
    `The query gives more than ${megabytes} MB, or a cell of more than 1 MB. Select fewer rows or columns, or ask an administrator to raise MAX_UPLOAD_MB.`,
  );
}
