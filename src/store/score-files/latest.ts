/** The latest score of a customer: finding it, and replacing it by a single score. */
import type { Db, StoredBoolean } from '../../db.ts';
import { findRows } from './customer-index.ts';
import { despiteDamage } from './damage.ts';
import { LatestBits } from './latest-bits.ts';
import { retireSingles } from './latest-singles.ts';
import type { SingleRow } from './latest-singles.ts';
import { placeOfId, rowId } from './row-id.ts';
import { listScoredBatches } from './store.ts';
import type { ScoreStore } from './store.ts';

/** A single customer was scored as row `exceptId` of `predictions`: all other scores are latest no more. */
export async function supersede(
  trx: Db,
  store: ScoreStore,
  customerId: string,
  exceptId: number,
): Promise<void> {
  await retireSingles(trx, customerId, exceptId);
  const inside = { ...store, db: trx };
  const found = await despiteDamage(trx, () => findLatestRow(inside, customerId));
  if (!found) return;
  found.latest.clear(found.row);
  await found.latest.save(trx);
}

/** The number of the customer's latest score. */
export async function findLatestOf(store: ScoreStore, customerId: string): Promise<number | undefined> {
  const single = await store
    .db<SingleRow & { is_latest: StoredBoolean; batch_id: number | null }>('predictions')
    .where({ customer_id: customerId, is_latest: true, batch_id: null })
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
