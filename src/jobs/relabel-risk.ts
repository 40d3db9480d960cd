import { relabelPredictions } from '../domain/risk/relabelling.ts';
import type { JobHandler } from './job-handler.ts';

export const runRelabelRisk: JobHandler = ({ db, config, step }) =>
  relabelPredictions({ db, folder: config.uploadsDir }, { step });
