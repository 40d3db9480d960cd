import { compareHorizons } from '../domain/customer-building.ts';
import { compareLabels } from '../domain/label-comparison.ts';
import { getDataset } from '../store/datasets.ts';
import { done } from '../domain/job-steps.ts';
import type { JobHandler } from './job-handler.ts';

export const runCompareLabels: JobHandler = async ({ db, config, step }, { comparisonOf }) => {
  await step(0, 0, 'Trying each definition');
  const { id, kind } = await getDataset(db, Number(comparisonOf));
  await (kind === 'transactions' ? compareHorizons : compareLabels)(db, config, id);
  return done();
};
