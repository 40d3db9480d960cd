import { challengeBatch } from '../domain/models/challenger.ts';
import { openScoreStore } from '../store/score-files/store.ts';
import type { JobHandler } from './job-handler.ts';

export const runChallengeBatch: JobHandler = ({ db, config, step }, { challengedBatchId }) =>
  challengeBatch(openScoreStore(db, config), config.modelsDir, Number(challengedBatchId), { step });
