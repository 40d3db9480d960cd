import { scoreBatch } from '../domain/batch-scoring.ts';
import { updateBatch } from '../store/batches.ts';
import type { JobHandler } from './job-handler.ts';

export const runScoreBatch: JobHandler = async ({ db, config, step }, { batchId }) => {
  const outcome = await scoreBatch(db, config, Number(batchId), { step });
  if (outcome === 'cancelled') await updateBatch(db, Number(batchId), { state: 'cancelled' });
  return outcome;
};
