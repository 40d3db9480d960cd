import { readDataset } from '../domain/dataset-reading.ts';
import type { JobHandler } from './job-handler.ts';

export const runReadDataset: JobHandler = async ({ db, config, step }, { datasetId }) => {
  await step(0, 0, 'Reading the columns');
  await readDataset(db, config, Number(datasetId));
  return 'done';
};
