/** At the end of a scoring its scores become the latest of their customers. */
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { findRows, makeIndex } from './customer-index.ts';
import { keepRows, SliceReader, slicesOf, visitRepeated, visitSame } from './customers.ts';
import { despiteDamage } from './damage.ts';
import { LatestBits, RowBits } from './latest-bits.ts';
import { listLatestSingles, setLatest } from './latest-singles.ts';
import { findScoredBatch, listScoredBatches, withScoresOf } from './store.ts';
import type { ScoreStore, ScoredBatch } from './store.ts';

/** What marking needs of score files. They do not change, so that nobody has to wait for the database meanwhile. */
export interface PreparedMarks {
  /** As it is at the end of its scoring. */
  readonly batch: ScoredBatch;
  /** The last row of each customer, and all rows without an identifier. */
  readonly latest: LatestBits;
  /** Of earlier batches, the rows of customers that this one has too. */
  readonly same: ReadonlyMap<number, RowBits>;
  /** Of customers with a score of their own, the last row here; null: none. */
  readonly singles: ReadonlyMap<string, number | null>;
}

/**
 * Call when all scores are stored, before the transaction that marks them. null: there are none.
 * @throws DamagedScores when those of the batch itself cannot be read
 */
export async function prepareMarks(store: ScoreStore, batchId: number): Promise<PreparedMarks | null> {
  const batch = await findScoredBatch(store.db, batchId);
  if (!batch) return null;
  const counted = { batch, ...(await readCustomers(store, batch)) };
  const same = await despiteDamage(store.db, async () =>
    sameRows(store, counted, await listLatestBatches(store, batch)),
  );
  return { ...counted, same };
}

/** Makes the index on the way. */
async function readCustomers(store: ScoreStore, batch: ScoredBatch) {
  const latest = new LatestBits(batch.id, batch.scoreRows);
  latest.setFirst(batch.scoreRows);
  const ids = (await listLatestSingles(store.db)).map(({ customer_id: id }) => id);
  const singles = new Map<string, number | null>(ids.map((id) => [id, null]));
  const reader = new SliceReader();
  withScoresOf(store, batch, (file) => {
    makeIndex(store, batch, file, (customers, slice) => {
      visitRepeated(customers, (row) => {
        latest.clear(row);
      });
      if (ids.length === 0) return;
      const last = keepRows(customers, (row) => latest.has(row));
      visitSame(reader.ofTexts(ids, slice), last, (single, row) => singles.set(ids[single]!, row));
    });
  });
  return { latest, singles };
}

type Counted = Pick<PreparedMarks, 'batch' | 'latest'>;

/** Of each of the others, the rows of customers that the batch has too. */
function sameRows(store: ScoreStore, counted: Counted, others: readonly ScoredBatch[]): Map<number, RowBits> {
  const same = new Map(others.map(({ id, scoreRows }) => [id, new RowBits(scoreRows)]));
  visitCommon(store, counted, others, ({ id }, row) => {
    same.get(id)!.set(row);
  });
  return same;
}

/** Rows of customers that have a latest row in the batch and any row in another one. */
function visitCommon(
  store: ScoreStore,
  { batch, latest }: Counted,
  others: readonly ScoredBatch[],
  visit: (other: ScoredBatch, row: number, rowHere: number) => void,
): void {
  if (others.length === 0) return;
  const [readHere, readThere] = [new SliceReader(), new SliceReader()];
  const mostRows = Math.max(...[batch, ...others].map(({ scoreRows }) => scoreRows));
  for (const slice of slicesOf(store, mostRows)) {
    const all = withScoresOf(store, batch, (file) => readHere.ofFile(file, slice));
    const here = keepRows(all, (row) => latest.has(row));
    for (const other of others) {
      const there = withScoresOf(store, other, (file) => readThere.ofFile(file, slice));
      visitSame(there, here, (row, rowHere) => {
        visit(other, row, rowHere);
      });
    }
  }
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
  await despiteDamage(trx, () => retireBatches(inside, marks, at));
  await settleSingles(inside, marks, at);
  await marks.latest.save(trx);
  await trx('batches').where({ id: batchId }).update({ scores_at: at });
}

/** Customers with a newer score in another batch. */
async function yieldToBatches(store: ScoreStore, marks: PreparedMarks, at: string): Promise<void> {
  const newer = await listScoredBatches(store.db, (query) => {
    void query.whereNot('batches.id', marks.batch.id).where('scores_at', '>', at).whereNull('scores_problem');
  });
  visitCommon(store, marks, newer, (_, __, rowHere) => {
    marks.latest.clear(rowHere);
  });
}

/** Customers with an older score in another batch. */
async function retireBatches(store: ScoreStore, marks: PreparedMarks, at: string): Promise<void> {
  for (const other of await listLatestBatches(store, marks.batch)) {
    if (other.scoresAt === null || other.scoresAt > at) continue;
    // One that came in between was not prepared.
    const same = marks.same.get(other.id) ?? sameRows(store, marks, [other]).get(other.id)!;
    const latest = await LatestBits.read(store.db, other.id, other.scoreRows);
    latest.clearAll(same);
    await latest.save(store.db);
  }
}

/** Other batches that have the latest score of anybody and can be read. */
function listLatestBatches({ db }: ScoreStore, batch: ScoredBatch): Promise<ScoredBatch[]> {
  return listScoredBatches(db, (query) => {
    void query.whereNot('batches.id', batch.id).where('latest_count', '>', 0).whereNull('scores_problem');
  });
}

/** Of a customer's own score and the one here, the older is latest no more. */
async function settleSingles(
  store: ScoreStore,
  { batch, latest, singles }: PreparedMarks,
  at: string,
): Promise<void> {
  const retired: number[] = [];
  for (const { id, customer_id: customerId, created_at: createdAt } of await listLatestSingles(store.db)) {
    const known = singles.get(customerId);
    const row = known === undefined ? findRows(store, batch, customerId).at(-1) : known;
    if (row === undefined || row === null) continue;
    if (createdAt > at) latest.clear(row);
    else retired.push(id);
  }
  await setLatest(store.db, retired, false);
}

/** Now, but after all scores there are: their order in time is that in which they were stored. */
async function nextTime(trx: Db): Promise<string> {
  const batches = (await trx('batches').max({ at: 'scores_at' }).first()) as { at: string | null };
  const singles = (await trx('predictions').max({ at: 'created_at' }).first()) as { at: string | null };
  const newest = [batches.at, singles.at].map((at) => (at === null ? 0 : Date.parse(at) + 1));
  return new Date(Math.max(await timeOf(trx), ...newest)).toISOString();
}
