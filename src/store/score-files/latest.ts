/** Which scores are the latest of their customers. */
import type { Db } from '../../db.ts';
import {
  buildIndex,
  findRows,
  firstOf,
  hashOf,
  isSameText,
  keepRows,
  readIdentifiers,
  readIndex,
  writeIndex,
} from './customer-index.ts';
import type { CustomerIndex } from './customer-index.ts';
import { despiteDamage } from './damage.ts';
import { textColumn } from './encoding.ts';
import type { TextColumn } from './group.ts';
import { LatestBits, RowBits } from './latest-bits.ts';
import type { ScoreFile } from './reader.ts';
import { placeOfId, rowId } from './row-id.ts';
import { findScoredBatch, listScoredBatches, openScoresOf } from './store.ts';
import type { ScoreStore, ScoredBatch } from './store.ts';

/** The customers of a batch: identifiers by row, and rows by the hash of the identifier. */
interface Customers {
  readonly identifiers: TextColumn;
  readonly index: CustomerIndex;
}

/** What marking needs of score files. They do not change, so that nobody has to wait for the database meanwhile. */
export interface PreparedMarks {
  /** As it is at the end of its scoring. */
  readonly batch: ScoredBatch;
  readonly customers: Customers;
  readonly latest: LatestBits;
  /** Of earlier batches, the rows of customers that this one has too. */
  readonly same: ReadonlyMap<number, RowBits>;
}

/**
 * Call when all scores are stored, before the transaction that marks them. null: there are none.
 * @throws DamagedScores when those of the batch itself cannot be read
 */
export async function prepareMarks(store: ScoreStore, batchId: number): Promise<PreparedMarks | null> {
  const batch = await findScoredBatch(store.db, batchId);
  if (!batch) return null;
  const customers = withScores(store, batch, (file) => {
    const identifiers = readIdentifiers(file);
    return { identifiers, index: buildIndex(identifiers) };
  });
  writeIndex(store, batch, customers.index);
  const latest = lastRows(batch, customers);
  const same = await despiteDamage(store.db, async () => {
    const others = await listLatestBatches(store, batch);
    const here = others.length === 0 ? customers : latestOf(customers, latest);
    return new Map(others.map((other) => [other.id, sameRows(store, other, here)]));
  });
  return { batch, customers, latest, same };
}

/**
 * Makes the batch's scores the latest of their customers: of several rows of one customer the last, and every row
 * without an identifier. Older scores of the same customers are latest no more. Call in the transaction that ends the
 * scoring, or that cancels or fails it with rows scored; a batch that goes on later is marked again. Scores that were made
 * again stay where they were in time, so that newer ones of the same customers still count. Batches whose scores cannot be
 * read are left as they are.
 */
export async function markLatest(
  trx: Db,
  store: ScoreStore,
  batchId: number,
  prepared: PreparedMarks | null = null,
): Promise<void> {
  const batch = await findScoredBatch(trx, batchId);
  if (!batch) return;
  const inside = { ...store, db: trx };
  const isFit = prepared?.batch.id === batchId && prepared.batch.scoreBytes === batch.scoreBytes;
  const marks = isFit ? prepared : (await prepareMarks(inside, batchId))!;
  const at = (batch.finishedAt === null ? null : batch.scoresAt) ?? (await nextTime(trx));
  await despiteDamage(trx, () => yieldToBatches(inside, marks, at));
  await yieldToSingles(trx, marks, at);
  await despiteDamage(trx, () => retireBatches(inside, marks, at));
  await retireSingles(trx, marks.customers, at);
  await marks.latest.save(trx);
  await trx('batches').where({ id: batchId }).update({ scores_at: at });
}

/** Customers with a newer score in another batch. */
async function yieldToBatches(
  store: ScoreStore,
  { batch, customers, latest }: PreparedMarks,
  at: string,
): Promise<void> {
  const newer = await listScoredBatches(store.db, (query) => {
    void query.whereNot('batches.id', batch.id).where('scores_at', '>', at).whereNull('scores_problem');
  });
  for (const other of newer)
    visitSame(readCustomers(store, other), latestOf(customers, latest), (_, row) => {
      latest.clear(row);
    });
}

/** Customers with a newer score of their own. */
async function yieldToSingles(trx: Db, { customers, latest }: PreparedMarks, at: string): Promise<void> {
  const newer: string[] = await listLatestSingles(trx).where('created_at', '>', at).pluck('customer_id');
  if (newer.length === 0) return;
  const own = latestOf(customers, latest);
  for (const customerId of newer) {
    const row = rowOf(own, customerId);
    if (row !== undefined) latest.clear(row);
  }
}

function listLatestSingles(trx: Db) {
  return trx<SingleRow>('predictions')
    .whereNull('batch_id')
    .whereRaw('is_latest = 1')
    .whereNotNull('customer_id');
}

/** The last row of each customer, and all rows without an identifier. */
function lastRows({ id, scoreRows }: ScoredBatch, { identifiers, index }: Customers): LatestBits {
  const { hashes, rows } = index;
  const latest = new LatestBits(id, scoreRows);
  latest.setFirst(scoreRows);
  for (let from = 0, until = 1; from < hashes.length; from = until++) {
    while (hashes[until] === hashes[from]) until++;
    if (until - from > 1) keepLast(latest, identifiers, rows.subarray(from, until));
  }
  return latest;
}

/** Of rows with the same hash, ascending: clears all but the last of each identifier. */
function keepLast(latest: LatestBits, identifiers: TextColumn, rows: Uint32Array): void {
  const kept: number[] = [];
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i]!;
    if (kept.some((last) => isSameText(identifiers, last, identifiers, row))) latest.clear(row);
    else kept.push(row);
  }
}

async function retireBatches(store: ScoreStore, marks: PreparedMarks, at: string): Promise<void> {
  const { batch, customers, latest: latestHere, same } = marks;
  for (const other of await listLatestBatches(store, batch)) {
    if (other.scoresAt === null || other.scoresAt > at) continue;
    const latest = await LatestBits.read(store.db, other.id, other.scoreRows);
    // One that came in between was not prepared.
    latest.clearAll(same.get(other.id) ?? sameRows(store, other, latestOf(customers, latestHere)));
    await latest.save(store.db);
  }
}

/** Other batches that have the latest score of anybody and can be read. */
function listLatestBatches({ db }: ScoreStore, batch: ScoredBatch): Promise<ScoredBatch[]> {
  return listScoredBatches(db, (query) => {
    void query.whereNot('batches.id', batch.id).where('latest_count', '>', 0).whereNull('scores_problem');
  });
}

/** The rows of a batch whose customers are among these, of each of whom there is one row. */
function sameRows(store: ScoreStore, batch: ScoredBatch, customers: Customers): RowBits {
  const same = new RowBits(batch.scoreRows);
  visitSame(readCustomers(store, batch), customers, (row) => {
    same.set(row);
  });
  return same;
}

/**
 * Pairs of rows of two batches with the same identifier, found by going along both indexes. Of `b` each customer may have
 * one row only: a customer with very many rows in both would be very many pairs.
 */
function visitSame(a: Customers, b: Customers, visit: (rowA: number, rowB: number) => void): void {
  const hashesA = a.index.hashes;
  const hashesB = b.index.hashes;
  for (let i = 0, j = 0; i < hashesA.length && j < hashesB.length;) {
    if (hashesA[i]! < hashesB[j]!) i++;
    else if (hashesA[i]! > hashesB[j]!) j++;
    else {
      const hash = hashesA[i]!;
      let end = j;
      while (hashesB[end] === hash) end++;
      for (; hashesA[i] === hash; i++)
        for (let k = j; k < end; k++) {
          const rowA = a.index.rows[i]!;
          const rowB = b.index.rows[k]!;
          if (isSameText(a.identifiers, rowA, b.identifiers, rowB)) visit(rowA, rowB);
        }
      j = end;
    }
  }
}

interface SingleRow {
  readonly id: number;
  readonly customer_id: string;
  readonly created_at: string;
}

/** Single customers' latest scores are so no more where the batch has the customer. */
async function retireSingles(trx: Db, customers: Customers, at: string): Promise<void> {
  const singles = await listLatestSingles(trx).where('created_at', '<=', at).select('id', 'customer_id');
  const retired = singles.filter(({ customer_id: id }) => rowOf(customers, id) !== undefined);
  await setLatest(
    trx,
    retired.map(({ id }) => id),
    0,
  );
}

/** A row of this customer in the batch. */
function rowOf({ identifiers, index }: Customers, customerId: string): number | undefined {
  const wanted = textColumn([customerId]);
  const hash = hashOf(wanted.bytes, 0, wanted.bytes.length);
  for (let i = firstOf(index.hashes, hash); index.hashes[i] === hash; i++)
    if (isSameText(identifiers, index.rows[i]!, wanted, 0)) return index.rows[i];
  return undefined;
}

async function setLatest(trx: Db, ids: readonly number[], isLatest: 0 | 1): Promise<void> {
  for (let from = 0; from < ids.length; from += 500)
    await trx('predictions')
      .whereIn('id', ids.slice(from, from + 500))
      .update({ is_latest: isLatest });
}

/** Now, but after all scores there are: their order in time is that in which they were stored. */
async function nextTime(trx: Db): Promise<string> {
  const batches = (await trx('batches').max({ at: 'scores_at' }).first()) as { at: string | null };
  const singles = (await trx('predictions').max({ at: 'created_at' }).first()) as { at: string | null };
  const newest = [batches.at, singles.at].map((at) => (at === null ? 0 : Date.parse(at) + 1));
  return new Date(Math.max(Date.now(), ...newest)).toISOString();
}

/** Call before a batch with its scores is removed: the newest other score of each of its customers is latest again. */
export async function restoreBefore(trx: Db, store: ScoreStore, batchId: number): Promise<void> {
  const batch = await findScoredBatch(trx, batchId);
  if (!batch) return;
  const inside = { ...store, db: trx };
  if (batch.latestCount > 0) {
    const losing = await losingCustomers(inside, batch);
    const singles = await newestSingles(trx, losing);
    await despiteDamage(trx, () => restoreBatches(inside, batch, { losing, singles }));
    await setLatest(
      trx,
      [...singles.values()].map(({ id }) => id),
      1,
    );
  }
  await trx('latest_rows').where({ batch_id: batchId }).delete();
  await trx('batches').where({ id: batchId }).update({ latest_count: 0, scores_at: null });
}

/** The customers whose latest score is in the batch. */
async function losingCustomers(store: ScoreStore, batch: ScoredBatch): Promise<Customers> {
  const latest = await LatestBits.read(store.db, batch.id, batch.scoreRows);
  return latestOf(readCustomers(store, batch), latest);
}

/** Only their latest rows: one of each customer. */
function latestOf({ identifiers, index }: Customers, latest: LatestBits): Customers {
  return { identifiers, index: keepRows(index, (row) => latest.has(row)) };
}

/** Row of the removed batch → the newest single score of the same customer. */
type NewestSingles = Map<number, SingleRow>;

async function newestSingles(trx: Db, losing: Customers): Promise<NewestSingles> {
  const newest: NewestSingles = new Map();
  const singles = await trx<SingleRow & { source: string }>('predictions')
    .whereNull('batch_id')
    .whereNot({ source: 'what-if' })
    .whereNotNull('customer_id')
    .orderBy(['created_at', 'id'])
    .select('id', 'customer_id', 'created_at');
  for (const single of singles) {
    const row = rowOf(losing, single.customer_id);
    if (row !== undefined) newest.set(row, single);
  }
  return newest;
}

/** From the newest batch to the oldest, until every customer has another score or there is none. */
async function restoreBatches(
  store: ScoreStore,
  removed: ScoredBatch,
  { losing, singles }: { readonly losing: Customers; readonly singles: NewestSingles },
): Promise<void> {
  const others = await listScoredBatches(store.db, (query) => {
    void query.whereNot('batches.id', removed.id).whereNotNull('scores_at');
    void query.whereNull('scores_problem').clearOrder();
    void query.orderBy('scores_at', 'desc').orderBy('batches.id', 'desc');
  });
  let { index } = losing;
  for (const batch of others) {
    if (index.rows.length === 0) return;
    const isOlder = (row: number): boolean => (singles.get(row)?.created_at ?? '') < batch.scoresAt!;
    const pending = { ...losing, index: keepRows(index, isOlder) };
    const found = await restoreIn(store, batch, pending);
    for (const row of singles.keys()) if (found[row] === 1) singles.delete(row);
    index = keepRows(pending.index, (row) => found[row] === 0);
  }
}

/** Makes the last row in this batch of each of the customers the latest; gives a 1 for each row that it found. */
async function restoreIn(store: ScoreStore, batch: ScoredBatch, pending: Customers): Promise<Uint8Array> {
  const found = new Uint8Array(pending.identifiers.ends.length);
  const last = new Uint32Array(found.length);
  visitSame(readCustomers(store, batch), pending, (row, pendingRow) => {
    found[pendingRow] = 1;
    last[pendingRow] = row;
  });
  const latest = await LatestBits.read(store.db, batch.id, batch.scoreRows);
  for (const row of pending.index.rows) if (found[row] === 1) latest.set(last[row]!);
  await latest.save(store.db);
  return found;
}

/** A single customer was scored as row `exceptId` of `predictions`: all other scores are latest no more. */
export async function supersede(
  trx: Db,
  store: ScoreStore,
  customerId: string,
  exceptId: number,
): Promise<void> {
  await trx('predictions')
    .where({ customer_id: customerId, is_latest: 1 })
    .whereNot({ id: exceptId })
    .update({ is_latest: 0 });
  const inside = { ...store, db: trx };
  const found = await despiteDamage(trx, () => findLatestRow(inside, customerId));
  if (!found) return;
  found.latest.clear(found.row);
  await found.latest.save(trx);
}

/** The number of the customer's latest score. */
export async function findLatestOf(store: ScoreStore, customerId: string): Promise<number | undefined> {
  const single = await store
    .db<SingleRow & { is_latest: number; batch_id: number | null }>('predictions')
    .where({ customer_id: customerId, is_latest: 1, batch_id: null })
    .first('id');
  if (single) return single.id;
  const found = await findLatestRow(store, customerId);
  return found && rowId(found.latest.batchId, found.row);
}

/** No customer has two of them. */
async function findLatestRow(
  store: ScoreStore,
  customerId: string,
): Promise<{ readonly latest: LatestBits; readonly row: number } | undefined> {
  const batches = await listScoredBatches(store.db, (query) => {
    void query.where('latest_count', '>', 0).whereNull('scores_problem');
  });
  for (const batch of batches) {
    const rows = findRows(store, batch, customerId);
    if (rows.length === 0) continue;
    const latest = await LatestBits.read(store.db, batch.id, batch.scoreRows);
    const row = rows.find((one) => latest.has(one));
    if (row !== undefined) return { latest, row };
  }
  return undefined;
}

/** The numbers of all scores of a customer, newest first. */
export async function findAllOf(store: ScoreStore, customerId: string): Promise<number[]> {
  const singles = await store
    .db<SingleRow & { batch_id: number | null }>('predictions')
    .where({ customer_id: customerId, batch_id: null })
    .select('id', 'created_at');
  const found = singles.map(({ id, created_at: at }) => ({ id, at }));
  const batches = await listScoredBatches(store.db, (query) => {
    void query.whereNotNull('scores_at').whereNull('scores_problem');
  });
  for (const batch of batches)
    for (const row of findRows(store, batch, customerId))
      found.push({ id: rowId(batch.id, row), at: batch.createdAt });
  return found
    .sort((a, b) => (a.at === b.at ? newerOf(b.id, a.id) : a.at < b.at ? 1 : -1))
    .map(({ id }) => id);
}

/** Of the same moment: a single score came after the batch that it followed. */
function newerOf(a: number, b: number): number {
  const isSingle = (id: number): number => Number(placeOfId(id) === null);
  return isSingle(a) - isSingle(b) || a - b;
}

function readCustomers(store: ScoreStore, batch: ScoredBatch): Customers {
  return withScores(store, batch, (file) => ({
    identifiers: readIdentifiers(file),
    index: readIndex(store, batch, file),
  }));
}

function withScores<T>(store: ScoreStore, batch: ScoredBatch, work: (file: ScoreFile) => T): T {
  const file = openScoresOf(store, batch);
  try {
    return work(file);
  } finally {
    file.close();
  }
}
