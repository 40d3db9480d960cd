/** Whether there are predictions at all, by a model, or from the sample. */
import type { Db } from '../db.ts';

/** True when anything has ever been scored. */
export async function hasPredictions(db: Db): Promise<boolean> {
  return (await db('predictions').select('id').first()) !== undefined;
}

/** True when scores that are no sample came from this model. */
export async function isModelUsed(db: Db, modelId: number): Promise<boolean> {
  return (await db('predictions').where({ model_id: modelId, is_sample: 0 }).first('id')) !== undefined;
}

export async function countSamplePredictions(db: Db): Promise<number> {
  const row = (await db('predictions').whereRaw('is_sample = 1').count({ count: '*' }).first()) as {
    count: number;
  };
  return row.count;
}
