import { markBatchLatest } from '../domain/batches/mark-latest.ts';
import type { JobHandler } from './job-handler.ts';

export const runMarkLatest: JobHandler = ({ db, config }, { markedBatchId }) =>
  markBatchLatest(db, config.uploadsDir, Number(markedBatchId));
