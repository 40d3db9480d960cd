import { scoreBatch } from '../domain/batches/scoring.ts';
import type { JobHandler } from './job-handler.ts';

export const runScoreBatch: JobHandler = ({ db, config, ...steps }, { batchId }) =>
  scoreBatch(db, config, Number(batchId), steps);
