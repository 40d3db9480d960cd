import { removeBatchWithSample } from '../domain/sample/removal.ts';
import type { JobHandler } from './job-handler.ts';

export const runRemoveBatch: JobHandler = ({ db, config, ...steps }, payload) =>
  removeBatchWithSample(db, config, payload, steps);
