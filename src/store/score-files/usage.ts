/** Whether there are scores at all, by a model, or from the sample: what the database knows without the score files. */
import type { Db } from '../../db.ts';
import type { ScoredModel } from '../scored-models.ts';

/** True when anything has ever been scored. */
export function hasPredictions(_db: Db): Promise<boolean> {
  throw new Error('not yet');
}

/** True when scores that are no sample came from this model. */
export function isModelUsed(_db: Db, _modelId: number): Promise<boolean> {
  throw new Error('not yet');
}

export function countSamplePredictions(_db: Db): Promise<number> {
  throw new Error('not yet');
}

/** One entry for each model and kind of customers, sample or own, that has a finished upload or a single score. */
export function listScoredModels(_db: Db): Promise<ScoredModel[]> {
  throw new Error('not yet');
}
