/**
 * Customers of an earlier file who are missing in a later one: nobody is assumed to have left. They are asked about until an
 * outcome is known, or somebody says that it is not.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { recordEvent } from '../../store/audit.ts';
import { getBatch, listBatches } from '../../store/batches.ts';
import type { BatchRecord, BatchSummary } from '../../store/batches.ts';
import { localFiles } from '../../store/files/files.ts';
import { listOutcomes } from '../../store/outcomes.ts';
import { rowId } from '../../store/score-files/row-id.ts';
import { getPredictionRows } from '../../store/score-files/rows.ts';
import type { ListedPrediction } from '../../store/score-files/rows.ts';
import { textAt } from '../../store/score-files/encoding.ts';
import { visitLatest } from '../../store/score-files/scan.ts';
import { listScoredBatches } from '../../store/score-files/store.ts';
import type { ScoreStore, ScoredBatch } from '../../store/score-files/store.ts';
import { getSettings } from '../../store/settings.ts';
import { insertUnknownOutcomes, listUnknownOutcomes } from '../../store/unknown-outcomes.ts';
import { today } from '../campaigns/days.ts';
import { recordOutcomes } from '../campaigns/outcomes.ts';
import { mostOutcomes } from '../campaigns/outcome-rows.ts';
import { readCsvChunks } from '../csv/reader.ts';
import { withoutApostrophe } from '../csv/writer.ts';
import type { User } from '../people/accounts.ts';
import { batchFile } from './files.ts';
import { columnsBefore } from './rejects.ts';
import { identifierOf } from './rows.ts';

const rowsAtOnce = 1_000;
/** Files among which the last one is looked for. */
const mostFiles = 20;

type Compared = Pick<ScoredBatch, 'id' | 'name' | 'createdAt' | 'latestCount'>;

/** Files that were scored before a batch, the last first: those that its customers can be compared with. */
export async function listEarlierBatches(db: Db, batch: BatchSummary): Promise<ScoredBatch[]> {
  const { state, scoresAt, correctsBatchId, isSample } = batch;
  if (state !== 'done' || scoresAt === null || correctsBatchId !== null) return [];
  const earlier = await listScoredBatches(db, (query) => {
    void query
      .where('batches.state', 'done')
      .whereNull('mends_batch_id')
      .where('batches.is_sample', isSample);
    void query
      .where('scores_at', '<', scoresAt)
      .whereNull('scores_problem')
      .where('batches.id', '<>', batch.id);
  });
  return earlier.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
}

/** The last file, if customers of the one before may be missing in it. */
export async function findLastWithMissing(
  db: Db,
): Promise<{ batch: BatchSummary; earlier: Compared } | null> {
  const batch = (await listBatches(db, mostFiles)).find(
    ({ state, correctsBatchId }) => state === 'done' && correctsBatchId === null,
  );
  const [earlier] = batch ? await listEarlierBatches(db, batch) : [];
  return batch && earlier && earlier.latestCount > 0 ? { batch, earlier } : null;
}

export interface MissingCustomer {
  /** The number of the customer's latest score. */
  readonly scoreId: number;
  readonly customerId: string;
}

export interface Asked {
  readonly batchId: number;
  /** Null: the file before. */
  readonly earlierId: number | null;
}

/** In the order of the earlier file, at most `mostOutcomes`. Reads whole columns, so call it in a task. */
export async function listMissing(store: ScoreStore, asked: Asked): Promise<MissingCustomer[]> {
  return (await findMissing(store, asked)).missing;
}

/** `hasMore`: there are more than can be answered at once. */
async function findMissing(
  store: ScoreStore,
  { batchId, earlierId }: Asked,
): Promise<{ readonly missing: MissingCustomer[]; readonly hasMore: boolean }> {
  const batch = await getBatch(store.db, batchId);
  const candidates = await listEarlierBatches(store.db, batch);
  const earlier = candidates.find(({ id }) => earlierId === null || id === earlierId);
  if (!earlier || (batch.mapping?.identifier ?? null) === null) return { missing: [], hasMore: false };
  const isKnown = await createKnown(store, batch);
  const found: MissingCustomer[] = [];
  let hasMore = false;
  // Whoever is in the later file has the latest score there.
  await visitLatest(
    store,
    [earlier, ...(await correctionsOf(store.db, earlier))],
    ({ batch: { id }, view, rows }) => {
      const identifiers = view.identifiers();
      for (const row of rows) {
        const customerId = textAt(identifiers, row);
        if (customerId === '' || hasMore || isKnown(customerId)) continue;
        hasMore = found.length >= mostOutcomes;
        if (!hasMore) found.push({ scoreId: rowId(id, view.firstRow + row), customerId });
      }
    },
  );
  return { missing: await withoutOutcome(store.db, found, await dayOf(store.db, batch)), hasMore };
}

/** A part of them, with their latest scores. */
export async function pageOfMissing(
  store: ScoreStore,
  { page, size, ...asked }: Asked & { readonly page: number; readonly size: number },
): Promise<{
  readonly total: number;
  readonly page: number;
  readonly pages: number;
  readonly scores: ListedPrediction[];
  readonly hasMore: boolean;
}> {
  const { missing, hasMore } = await findMissing(store, asked);
  const pages = Math.max(1, Math.ceil(missing.length / size));
  const shown = Math.min(page, pages);
  const ids = missing.slice((shown - 1) * size, shown * size).map(({ scoreId }) => scoreId);
  return { total: missing.length, page: shown, pages, hasMore, scores: await getPredictionRows(store, ids) };
}

export type MissingAnswer =
  { readonly kind: 'left' | 'stayed'; readonly seenOn: string } | { readonly kind: 'unknown' };

/** @throws Unprocessable when it contradicts what was recorded before */
export async function answerMissing(
  db: Db,
  user: User,
  {
    batch,
    customerIds,
    answer,
  }: { batch: BatchSummary; customerIds: readonly string[]; answer: MissingAnswer },
): Promise<void> {
  if (answer.kind !== 'unknown') {
    const { seenOn, kind } = answer;
    const outcomes = customerIds.map((customerId) => ({ customerId, seenOn, hasLeft: kind === 'left' }));
    await recordOutcomes(db, user, { outcomes, source: `Not in ${batch.originalName}` });
    return;
  }
  await inTransaction(db, async (trx) => {
    await insertUnknownOutcomes(trx, { batchId: batch.id, customerIds, userId: user.id });
    await recordEvent(trx, {
      userId: user.id,
      action: 'outcomes.not-known',
      subject: `Not in ${batch.originalName}`,
      after: { customers: customerIds.length },
    });
  });
}

async function dayOf(db: Db, { createdAt }: BatchSummary): Promise<string> {
  return today((await getSettings(db)).timeZone, new Date(createdAt));
}

function correctionsOf(db: Db, { id }: ScoredBatch): Promise<ScoredBatch[]> {
  return listScoredBatches(db, (query) => void query.where('mends_batch_id', id).whereNull('scores_problem'));
}

/** Who is in the later file after all, in a row that could not be scored, or was asked about. */
async function createKnown(store: ScoreStore, batch: BatchRecord): Promise<(customerId: string) => boolean> {
  const answered = await listUnknownOutcomes(store.db, batch.id);
  const rejected = await readRejected(store, batch);
  return (customerId) => answered.has(customerId) || rejected.has(customerId);
}

async function readRejected(
  { db, folder, files = localFiles }: ScoreStore,
  batch: BatchRecord,
): Promise<Set<string>> {
  const found = new Set<string>();
  const path = join(folder, batchFile(batch, 'rejected'));
  if (batch.rejectedCount === 0) return found;
  await files.bring(db, [path]);
  if (!existsSync(path)) return found;
  const place = batch.mapping!.identifier! + columnsBefore;
  const shape = { delimiter: batch.format.delimiter, columnCount: batch.header.length + columnsBefore };
  for (const { rows } of readCsvChunks(path, shape, rowsAtOnce))
    for (const { reading } of rows) found.add(identifierOf(withoutApostrophe(reading.cells[place] ?? '')));
  return found;
}

/** Whoever is known to have left, or was seen since the later file, is not asked about. */
async function withoutOutcome(
  db: Db,
  missing: readonly MissingCustomer[],
  day: string,
): Promise<MissingCustomer[]> {
  const outcomes = await listOutcomes(
    db,
    missing.map(({ customerId }) => customerId),
  );
  const known = new Set(
    outcomes.filter(({ hasLeft, seenOn }) => hasLeft || seenOn >= day).map(({ customerId }) => customerId),
  );
  return missing.filter(({ customerId }) => !known.has(customerId));
}
