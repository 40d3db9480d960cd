import { checkBatch } from '../domain/batches/check.ts';
import { getBatch } from '../store/batches.ts';
import type { JobHandler } from './job-handler.ts';

export const runCheckBatch: JobHandler = async ({ db, config, step }, { batchId }) =>
  checkBatch(db, config.uploadsDir, await getBatch(db, Number(batchId)), { step });
