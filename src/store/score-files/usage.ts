/** Whether there are scores at all, by a model, or from the sample: what the database knows without the score files. */
import type { Db } from '../../db.ts';
import { sqlOf } from '../../db/sql.ts';

interface Found {
  readonly id: number;
}

/** True when anything has ever been scored. */
export async function hasPredictions(db: Db): Promise<boolean> {
  const batch: Found | undefined = await db<Found>('batches').where('score_rows', '>', 0).first('id');
  return batch !== undefined || (await db<Found>('predictions').first('id')) !== undefined;
}

/** True when scores that are no sample came from this model. */
export async function isModelUsed(db: Db, modelId: number): Promise<boolean> {
  const own = { model_id: modelId, is_sample: false };
  const batch = await db<Found>('batches').where(own).where('score_rows', '>', 0).first('id');
  return batch !== undefined || (await db<Found>('predictions').where(own).first('id')) !== undefined;
}

export async function countSamplePredictions(db: Db): Promise<number> {
  const rows = (await db('batches').where({ is_sample: true }).sum({ sum: 'score_rows' }).first()) as {
    sum: number | null;
  };
  const singles = (await db('predictions')
    .whereNull('batch_id')
    .whereRaw(sqlOf(db).isTrue('is_sample'))
    .count({ count: '*' })
    .first()) as { count: number };
  return (rows.sum ?? 0) + singles.count;
}
