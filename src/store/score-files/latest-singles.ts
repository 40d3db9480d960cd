/** Which scores of single customers, rows of `predictions`, are the latest of their customers. */
import type { Db } from '../../db.ts';
import { sqlOf } from '../../db/sql.ts';

export interface SingleRow {
  readonly id: number;
  readonly customer_id: string;
  readonly created_at: string;
}

export function listLatestSingles(db: Db): Promise<SingleRow[]> {
  return db<SingleRow>('predictions')
    .whereNull('batch_id')
    .whereRaw(sqlOf(db).isTrue('is_latest'))
    .whereNotNull('customer_id')
    .select('id', 'customer_id', 'created_at');
}

/** Of every customer that was scored alone the newest such score. */
export async function listNewestSingles(db: Db): Promise<SingleRow[]> {
  const singles = await db<SingleRow & { source: string }>('predictions')
    .whereNull('batch_id')
    .whereNot({ source: 'what-if' })
    .whereNotNull('customer_id')
    .orderBy(['created_at', 'id'])
    .select('id', 'customer_id', 'created_at');
  return [...new Map(singles.map((single) => [single.customer_id, single])).values()];
}

/** All scores of a customer but this one are latest no more. */
export async function retireSingles(trx: Db, customerId: string, exceptId: number): Promise<void> {
  await trx('predictions')
    .where({ customer_id: customerId, is_latest: true })
    .whereNot({ id: exceptId })
    .update({ is_latest: false });
}

export async function setLatest(trx: Db, ids: readonly number[], isLatest: boolean): Promise<void> {
  for (let from = 0; from < ids.length; from += 500)
    await trx('predictions')
      .whereIn('id', ids.slice(from, from + 500))
      .update({ is_latest: isLatest });
}
