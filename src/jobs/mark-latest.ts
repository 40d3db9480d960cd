import { markBatchLatest } from '../domain/batches/mark-latest.ts';
import { openScoreStore } from '../store/score-files/store.ts';
import type { JobHandler } from './job-handler.ts';

export const runMarkLatest: JobHandler = ({ db, config }, { markedBatchId }) =>
  markBatchLatest(openScoreStore(db, config), Number(markedBatchId));
