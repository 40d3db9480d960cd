import { markBatchLatest } from '../domain/batches/mark-latest.ts';
import type { JobHandler } from './job-handler.ts';

export const runMarkLatest: JobHandler = ({ config }, { markedBatchId }) =>
  Promise.resolve(markBatchLatest(config.uploadsDir, Number(markedBatchId)));
