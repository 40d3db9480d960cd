/** The original of a what-if, scored by the model of the what-if: a difference between two models is not an effect. */
import type { Db } from '../../db.ts';
import { AppError } from '../../errors.ts';
import { getModel } from '../../store/models.ts';
import { readModelFile } from '../models/files.ts';
import type { CustomerScore } from './customer-record.ts';
import { scoreInputs } from '../models/promotion-tests.ts';

export interface Baseline {
  /** Another model scored the original. */
  readonly isOtherModel: boolean;
  /** Of the original's inputs, by the model of the what-if; null: it cannot say. */
  readonly probability: number | null;
}

/** The score that a what-if is compared with. */
export async function baselineOf(
  db: Db,
  modelsDir: string,
  whatIf: CustomerScore,
  original: CustomerScore,
): Promise<Baseline> {
  if (whatIf.modelId === original.modelId) return { isOtherModel: false, probability: original.probability };
  if (whatIf.modelId === null) return { isOtherModel: true, probability: null };
  try {
    const model = await readModelFile(modelsDir, await getModel(db, whatIf.modelId));
    return { isOtherModel: true, probability: scoreInputs(model, [original.inputs])[0] ?? null };
  } catch (error) {
    if (error instanceof AppError) return { isOtherModel: true, probability: null };
    throw error;
  }
}
