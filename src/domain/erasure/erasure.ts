/**
 * Erases one customer: from score files, CSV files and datasets in place, from the database as rows, and from words that name
 * them. What remains are probabilities that belong to nobody, so that totals do not change. Can be repeated after a crash.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { deleteActionsOf } from '../../store/actions.ts';
import { eraseAnswersAbout } from '../../store/api-answers.ts';
import { recordEvent } from '../../store/audit.ts';
import { getBatch, listAllBatchIds, updateBatch } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { forgetMember } from '../../store/campaign-members.ts';
import { localFiles } from '../../store/files/files.ts';
import { forgetMentions } from '../../store/mentions.ts';
import type { Forgotten } from '../../store/mentions.ts';
import { deletePredictionsOf } from '../../store/prediction-writes.ts';
import { deleteUnknownOutcomesOf } from '../../store/unknown-outcomes.ts';
import { eraseCustomer } from '../../store/score-files/erase.ts';
import { openScoreStore } from '../../store/score-files/store.ts';
import { originalFile } from '../batches/files.ts';
import { eraseFromDatasets, listDatasetFiles, listIdleDatasets } from './datasets.ts';
import { eraseFromUpload, listErasable, withoutRecords } from './uploads.ts';
import type { ErasedUpload } from './uploads.ts';

type Env = Pick<Context, 'db' | 'config'>;

export interface Erasure {
  /** Scores of the form and what-ifs, which are deleted. */
  readonly singleScores: number;
  /** Scores of files, which belong to nobody now. */
  readonly fileScores: number;
  /** Rows of uploads and result files, which are blank now. */
  readonly csvRows: number;
  /** Rows of datasets, which are blank now. */
  readonly datasetRows: number;
  /** Records whose words named the customer. */
  readonly mentions: number;
  /** Models that learned from rows of the customer: they keep no rows, but the values that columns can have. */
  readonly models: readonly string[];
  /** Files without a column that identifies customers: nobody can say whether the customer is in them. */
  readonly unsearched: readonly string[];
}

/** @throws Conflict while a file is read, scored or learned from; FilesUnavailable where files are shared and cannot be reached */
export async function eraseEverywhere(env: Env, customerId: string): Promise<Erasure> {
  const erased = await eraseOnce(env, customerId);
  if (openScoreStore(env.db, env.config).files?.isShared !== true) return erased;
  // Another process may have fetched a file as it was before, while it was erased here: what is stored is searched again.
  for (let round = 1; round < mostRounds; round++)
    if (isNothing(await eraseOnce(env, customerId))) return erased;
  throw new Conflict('The files were in use. Try again in a moment.');
}

const mostRounds = 5;

/** Whether the customer was found nowhere. */
export function isNothing(found: Erasure): boolean {
  const { singleScores, fileScores, csvRows, datasetRows, mentions } = found;
  return singleScores + fileScores + csvRows + datasetRows + mentions === 0;
}

async function eraseOnce(env: Env, customerId: string): Promise<Erasure> {
  const { db, config } = env;
  const store = openScoreStore(db, config);
  const { files = localFiles } = store;
  const batches = await listIdleBatches(db);
  const datasets = await listIdleDatasets(db);
  const paths = [
    ...batches.flatMap(({ file }) => listErasable(file)).map((name) => join(config.uploadsDir, name)),
    ...listDatasetFiles(datasets).map((name) => join(config.dataDir, name)),
  ];
  await files.bring(db, paths);
  const uploads: (readonly [BatchRecord, ErasedUpload])[] = [];
  for (const batch of batches)
    uploads.push([batch, await eraseFromUpload(config.uploadsDir, batch, customerId)]);
  const fromDatasets = await eraseFromDatasets(env, datasets, customerId);
  const fileScores = await eraseCustomer(store, customerId);
  const stored = await files.put(
    db,
    paths.map((path) => ({ path })),
  );
  const csvRows = uploads.reduce((sum, [, { rowCount }]) => sum + rowCount, 0);
  const fromTables = await inTransaction(db, async (trx) => {
    for (const [batch, { records }] of uploads) {
      if (records.rows.length === 0) continue;
      await files.remove(trx, join(config.uploadsDir, originalFile(batch.file)));
      if (batch.report) await updateBatch(trx, batch.id, { report: withoutRecords(batch.report, records) });
    }
    const erased = await eraseFromTables(trx, customerId);
    await stored.note(trx);
    // Who it was is what nobody may know any more.
    const { rowCount: datasetRows } = fromDatasets;
    const after = {
      scores: erased.singleScores + fileScores,
      rows: csvRows,
      datasetRows,
      ...(erased.eventIds.length > 0 && { events: erased.eventIds }),
    };
    await recordEvent(trx, { userId: null, action: 'customer.erased', subject: 'A customer', after });
    const { singleScores, mentions } = erased;
    return { singleScores, mentions };
  });
  await files.discard(db);
  const unsearched = batches.filter(({ mapping }) => (mapping?.identifier ?? null) === null);
  return {
    ...fromTables,
    fileScores,
    csvRows,
    datasetRows: fromDatasets.rowCount,
    models: fromDatasets.models,
    unsearched: unsearched.map(({ originalName }) => originalName),
  };
}

/** All batches. @throws Conflict while one is checked or scored */
async function listIdleBatches(db: Db): Promise<readonly BatchRecord[]> {
  const batches: BatchRecord[] = [];
  for (const id of await listAllBatchIds(db)) batches.push(await getBatch(db, id));
  const busy = batches.find(({ state }) => state === 'checking' || state === 'scoring');
  if (busy)
    throw new Conflict(
      `${busy.originalName} is being checked or scored. Wait for it, or cancel it, and try again.`,
    );
  return batches;
}

/** Rows of the customer are deleted, or belong to nobody where counts rest on them. */
async function eraseFromTables(
  trx: Db,
  customerId: string,
): Promise<Pick<Erasure, 'singleScores' | 'mentions'> & Pick<Forgotten, 'eventIds'>> {
  const singleScores = await deletePredictionsOf(trx, customerId);
  await deleteActionsOf(trx, customerId);
  await forgetMember(trx, customerId, `erased-${randomUUID()}`);
  await deleteUnknownOutcomesOf(trx, customerId);
  await eraseAnswersAbout(trx, customerId);
  const { count: mentions, eventIds } = await forgetMentions(trx, customerId);
  return { singleScores, mentions, eventIds };
}
