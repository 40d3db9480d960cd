import { scoreBatch } from '../domain/batch-scoring.ts';
import { challengeBatch } from '../domain/challenger.ts';
import { relabelAfterScoring } from '../domain/risk-relabelling.ts';
import { updateBatch } from '../store/batches.ts';
import type { JobHandler } from './job-handler.ts';

export const runScoreBatch: JobHandler = async ({ db, config, step }, { batchId }) => {
  const outcome = await scoreBatch(db, config, Number(batchId), { step });
  if (outcome === 'cancelled') await updateBatch(db, Number(batchId), { state: 'cancelled' });
  if (outcome !== 'stopped') await relabelAfterScoring(db, Number(batchId));
  if (outcome === 'done') await challengeBatch(db, config.modelsDir, Number(batchId));
  return outcome;
};
