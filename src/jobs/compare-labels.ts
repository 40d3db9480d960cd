import { compareHorizons } from '../domain/datasets/customers-from-transactions/building.ts';
import { compareLabels } from '../domain/datasets/labels/comparison.ts';
import { getDataset } from '../store/datasets.ts';
import { done } from '../domain/jobs/steps.ts';
import type { JobHandler } from './job-handler.ts';

export const runCompareLabels: JobHandler = async ({ db, config, step }, { comparisonOf }) => {
  await step(0, 0, 'Trying each definition');
  const { id, kind } = await getDataset(db, Number(comparisonOf));
  await (kind === 'transactions' ? compareHorizons : compareLabels)(db, config, id);
  return done();
};
