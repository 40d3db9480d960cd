import { buildCustomers } from '../domain/datasets/customers-from-transactions/building.ts';
import { done } from '../domain/jobs/steps.ts';
import type { JobHandler } from './job-handler.ts';

export const runBuildCustomers: JobHandler = async ({ db, config, step }, payload) => {
  await step(0, 0, 'Building one row a customer');
  await buildCustomers(db, config, payload);
  return done();
};
