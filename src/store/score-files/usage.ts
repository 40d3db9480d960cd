/** Whether there are scores at all, by a model, or from the sample: what the database knows without the score files. */
import type { Db } from '../../db.ts';

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
  const own = { model_id: modelId, is_sample: 0 };
  const batch = await db<Found>('batches').where(own).where('score_rows', '>', 0).first('id');
  return batch !== undefined || (await db<Found>('predictions').where(own).first('id')) !== undefined;
}

export async function countSamplePredictions(db: Db): Promise<number> {
  const rows = (await db('batches').where({ is_sample: 1 }).sum({ sum: 'score_rows' }).first()) as {
    sum: number | null;
  };
  const singles = (await db('predictions')
    .whereRaw('is_sample = 1 AND batch_id IS NULL')
    .count({ count: '*' })
    .first()) as { count: number };
  return (rows.sum ?? 0) + singles.count;
}
