import { checkBatch } from '../domain/batch-check.ts';
import { getBatch, updateBatch } from '../store/batches.ts';
import type { JobHandler } from './job-handler.ts';

export const runCheckBatch: JobHandler = async ({ db, config, step }, { batchId }) => {
  const batch = await getBatch(db, Number(batchId));
  const outcome = await checkBatch(db, config.uploadsDir, batch, { step });
  if (outcome === 'cancelled') await updateBatch(db, batch.id, { state: 'cancelled' });
  return outcome;
};
