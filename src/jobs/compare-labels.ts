import { compareLabels } from '../domain/label-comparison.ts';
import type { JobHandler } from './job-handler.ts';

export const runCompareLabels: JobHandler = async ({ db, config, step }, { comparisonOf }) => {
  await step(0, 0, 'Trying each definition');
  await compareLabels(db, config, Number(comparisonOf));
  return 'done';
};
