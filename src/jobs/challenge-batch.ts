import { challengeBatch } from '../domain/models/challenger.ts';
import type { JobHandler } from './job-handler.ts';

export const runChallengeBatch: JobHandler = ({ db, config, step }, { challengedBatchId }) =>
  challengeBatch({ db, folder: config.uploadsDir }, config.modelsDir, Number(challengedBatchId), { step });
