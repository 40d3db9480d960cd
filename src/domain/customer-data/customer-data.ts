/** Everything that is stored about one customer, for the customer: as plain data that explains itself. */
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { isoTimeOf } from '../../db/clock.ts';
import { recordEvent } from '../../store/audit.ts';
import { listAllBatchIds, getBatch } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { listRecordsOf } from '../../store/customer-records.ts';
import type { StoredRecords } from '../../store/customer-records.ts';
import { listDatasets } from '../../store/datasets.ts';
import { openFiles } from '../../store/files/open-files.ts';
import { listMentions } from '../../store/mentions.ts';
import type { Mention } from '../../store/mentions.ts';
import { noFilter } from '../../store/prediction-filters.ts';
import { listHistory } from '../../store/score-files/history.ts';
import { getInputs } from '../../store/score-files/inputs.ts';
import { listPredictionIds } from '../../store/score-files/lists.ts';
import { openScoreStore } from '../../store/score-files/store.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { listSegments } from '../../store/segments.ts';
import { listDatasetFiles } from '../erasure/datasets.ts';
import { listErasable } from '../erasure/uploads.ts';
import { readme } from './readme.ts';
import { rowsOfDatasets, rowsOfUploads } from './rows-in-files.ts';
import type { FileRows } from './rows-in-files.ts';

interface Env {
  readonly db: Db;
  readonly config: Config;
}

export interface CustomerData {
  /** What the rest is, in plain words, by the names of its parts. */
  readonly readme: Readonly<Record<string, string>>;
  readonly customer: string;
  readonly exportedAt: string;
  /** Rows of uploads, results, rejected rows and datasets. */
  readonly files: readonly FileRows[];
  readonly scores: readonly unknown[];
  /** Names of segments that the latest score is in. */
  readonly segments: readonly string[];
  /** Rows of the database, by table. */
  readonly records: StoredRecords;
  readonly mentions: readonly Mention[];
}

/** Fetches the files that may hold customers, where machines share them. @throws FilesUnavailable */
export async function bringCustomerFiles({ db, config }: Env): Promise<void> {
  const uploads = (await listBatches(db)).flatMap(({ file }) => listErasable(file));
  const datasets = listDatasetFiles(await listDatasets(db));
  await openFiles(config).bring(db, [
    ...uploads.map((name) => join(config.uploadsDir, name)),
    ...datasets.map((name) => join(config.dataDir, name)),
  ]);
}

/** Null: nothing is stored about the customer. Reads only; it walks through every file. */
export async function collectCustomerData(
  { db, config }: Env,
  customerId: string,
): Promise<CustomerData | null> {
  const store = openScoreStore(db, config);
  const scores = await scoresOf(store, customerId);
  const found = {
    files: [
      ...rowsOfUploads(config.uploadsDir, await listBatches(db), customerId),
      ...(await rowsOfDatasets(config.dataDir, await listDatasets(db), customerId)),
    ],
    scores,
    segments: await segmentsOf(store, customerId, new Set(scores.map(({ id }) => id))),
    records: await listRecordsOf(db, customerId),
    mentions: await listMentions(db, customerId),
  };
  const count = Object.values(found).reduce((sum, part) => sum + Object.keys(part).length, 0);
  return count === 0 ? null : { readme, customer: customerId, exportedAt: await isoTimeOf(db), ...found };
}

/** On record without who it was. `userId`: null at the command line. */
export async function recordExport(db: Db, userId: number | null): Promise<void> {
  await inTransaction(db, (trx) =>
    recordEvent(trx, { userId, action: 'customer.data-exported', subject: 'A customer' }),
  );
}

async function listBatches(db: Db): Promise<readonly BatchRecord[]> {
  const batches: BatchRecord[] = [];
  for (const id of await listAllBatchIds(db)) batches.push(await getBatch(db, id));
  return batches;
}

/** Of files and of the form, newest first, with what each was computed from. */
async function scoresOf(store: ScoreStore, customerId: string) {
  const scores = await listHistory(store, customerId, Infinity);
  const inputs = await getInputs(
    store,
    scores.map(({ id }) => id),
  );
  return scores.map((score, i) => ({ ...score, inputs: inputs[i] ?? null }));
}

/** The segments that one of these scores, the latest of the customer, is in. */
async function segmentsOf(
  store: ScoreStore,
  customerId: string,
  scoreIds: ReadonlySet<number>,
): Promise<string[]> {
  const names: string[] = [];
  const sort = { key: 'date', descending: true } as const;
  for (const { id, name } of await listSegments(store.db)) {
    const filter = { ...noFilter, search: customerId, segment: id };
    const ids = await listPredictionIds(store, filter, sort, mostAlike);
    if (ids.some((one) => scoreIds.has(one))) names.push(name);
  }
  return names;
}

/** A search finds customers whose identifiers contain this one too. */
const mostAlike = 1_000;
