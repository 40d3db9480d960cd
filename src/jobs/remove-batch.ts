import { removeBatchRows } from '../domain/batch-removal.ts';
import type { JobHandler } from './job-handler.ts';

export const runRemoveBatch: JobHandler = ({ db, config, ...steps }, { removedBatchId }) =>
  removeBatchRows(db, config.uploadsDir, Number(removedBatchId), steps);
