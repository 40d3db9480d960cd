import { relabelPredictions } from '../domain/risk/relabelling.ts';
import { openScoreStore } from '../store/score-files/store.ts';
import type { JobHandler } from './job-handler.ts';

export const runRelabelRisk: JobHandler = ({ db, config, step }) =>
  relabelPredictions(openScoreStore(db, config), { step });
