/** Before a batch is removed: earlier scores of its customers count again. */
import type { Db } from '../../db.ts';
import { keepRows, SliceReader, slicesOf, visitSame } from './customers.ts';
import type { Customers, Slice } from './customers.ts';
import { despiteDamage } from './damage.ts';
import { LatestBits } from './latest-bits.ts';
import { listNewestSingles, setLatest } from './latest-singles.ts';
import type { SingleRow } from './latest-singles.ts';
import { findScoredBatch, listScoredBatches, withScoresOf } from './store.ts';
import type { ScoreStore, ScoredBatch } from './store.ts';

/** Call before a batch with its scores is removed: the newest other score of each of its customers is latest again. */
export async function restoreBefore(trx: Db, store: ScoreStore, batchId: number): Promise<void> {
  const batch = await findScoredBatch(trx, batchId);
  if (!batch) return;
  const inside = { ...store, db: trx };
  if (batch.latestCount > 0) await despiteDamage(trx, () => restoreScores(inside, batch));
  await trx('latest_rows').where({ batch_id: batchId }).delete();
  await trx('batches').where({ id: batchId }).update({ latest_count: 0, scores_at: null });
}

/** What is the same for all slices of the customers. */
interface Restoring {
  readonly removed: ScoredBatch;
  readonly lost: LatestBits;
  readonly singles: readonly SingleRow[];
  /** The newest first. */
  readonly others: readonly { readonly batch: ScoredBatch; readonly latest: LatestBits }[];
  readonly readLost: SliceReader;
  readonly readOther: SliceReader;
}

async function restoreScores(store: ScoreStore, removed: ScoredBatch): Promise<void> {
  const { db } = store;
  const batches = await listOthers(db, removed);
  const restoring: Restoring = {
    removed,
    lost: await LatestBits.read(db, removed.id, removed.scoreRows),
    singles: await listNewestSingles(db),
    others: await readLatest(db, batches),
    readLost: new SliceReader(),
    readOther: new SliceReader(),
  };
  const mostRows = Math.max(...[removed, ...batches].map(({ scoreRows }) => scoreRows));
  const singles = slicesOf(store, mostRows).flatMap((slice) => restoreSlice(store, restoring, slice));
  await setLatest(db, singles, true);
  for (const { latest } of restoring.others) await latest.save(db);
}

/** One after the other: a connection answers one query at a time. */
async function readLatest(db: Db, batches: readonly ScoredBatch[]): Promise<Restoring['others']> {
  const others: { batch: ScoredBatch; latest: LatestBits }[] = [];
  for (const batch of batches)
    others.push({ batch, latest: await LatestBits.read(db, batch.id, batch.scoreRows) });
  return others;
}

function listOthers(db: Db, { id }: ScoredBatch): Promise<ScoredBatch[]> {
  return listScoredBatches(db, (query) => {
    void query.whereNot('batches.id', id).whereNotNull('scores_at');
    void query.whereNull('scores_problem').clearOrder();
    void query.orderBy('scores_at', 'desc').orderBy('batches.id', 'desc');
  });
}

/** Gives the single scores that are to be the latest; of batches, the bits are set. */
function restoreSlice(store: ScoreStore, restoring: Restoring, slice: Slice): number[] {
  const { removed, lost, others, readLost } = restoring;
  const all = withScoresOf(store, removed, (file) => readLost.ofFile(file, slice));
  let losing = keepRows(all, (row) => lost.has(row));
  const singles = newestSingles(restoring, losing, slice);
  for (const other of others) {
    if (losing.hashes.length === 0) break;
    const isOlder = (row: number): boolean => (singles.get(row)?.created_at ?? '') < other.batch.scoresAt!;
    losing = keepRows(losing, isOlder);
    const there = withScoresOf(store, other.batch, (file) => restoring.readOther.ofFile(file, slice));
    const isFound = restoreFrom(there, losing, other.latest);
    losing = keepRows(losing, (row, place) => {
      if (isFound[place] === 1) singles.delete(row);
      return isFound[place] === 0;
    });
  }
  return [...singles.values()].map(({ id }) => id);
}

/** Row of the removed batch → the newest single score of the same customer. */
function newestSingles(
  { singles, readOther }: Restoring,
  losing: Customers,
  slice: Slice,
): Map<number, SingleRow> {
  const newest = new Map<number, SingleRow>();
  const ids = singles.map(({ customer_id: id }) => id);
  visitSame(readOther.ofTexts(ids, slice), losing, (single, row) => newest.set(row, singles[single]!));
  return newest;
}

/** Makes the last row of each of these customers the latest; gives a 1 for each place of `losing` that has one. */
function restoreFrom(there: Customers, losing: Customers, latest: LatestBits): Uint8Array {
  const isFound = new Uint8Array(losing.rows.length);
  const last = new Uint32Array(losing.rows.length);
  visitSame(there, losing, (row, _, place) => {
    isFound[place] = 1;
    last[place] = row;
  });
  for (const place of losing.places) if (isFound[place] === 1) latest.set(last[place]!);
  return isFound;
}
