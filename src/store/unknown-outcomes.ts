/** Customers who are missing in a file, and of whom a person said that nobody knows what became of them. */
import type { Db } from '../db.ts';
import { visitRows } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';

const rowsAtOnce = 500;

export interface UnknownOutcomes {
  /** The file that they are missing in. */
  readonly batchId: number;
  readonly customerIds: readonly string[];
  readonly userId: number;
}

/** Twice is once. */
export async function insertUnknownOutcomes(
  db: Db,
  { batchId, customerIds, userId }: UnknownOutcomes,
): Promise<void> {
  const answeredAt = await isoTimeOf(db);
  for (let from = 0; from < customerIds.length; from += rowsAtOnce)
    await db('unknown_outcomes')
      .insert(
        customerIds.slice(from, from + rowsAtOnce).map((customerId) => ({
          customer_id: customerId,
          batch_id: batchId,
          answered_by: userId,
          answered_at: answeredAt,
        })),
      )
      .onConflict(['batch_id', 'customer_id'])
      .ignore();
}

export async function listUnknownOutcomes(db: Db, batchId: number): Promise<Set<string>> {
  const found = new Set<string>();
  const query = db('unknown_outcomes').where({ batch_id: batchId }).select('customer_id');
  await visitRows(db, query, (row) => found.add(String(row['customer_id'])));
  return found;
}

export async function deleteUnknownOutcomesOf(trx: Db, customerId: string): Promise<void> {
  await trx('unknown_outcomes').where({ customer_id: customerId }).delete();
}
