import { removeBatchRows } from '../domain/batch-removal.ts';
import type { JobHandler } from './job-handler.ts';

export const runRemoveBatch: JobHandler = ({ db, config, ...steps }, payload) =>
  removeBatchRows(db, config.uploadsDir, payload, steps);
