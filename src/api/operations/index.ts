/** The table of all operations, in the order of the documentation. */
import type { Operation } from '../operation.ts';
import { batchOperations } from './batches.ts';
import { campaignOperations } from './campaigns.ts';
import { datasetOperations } from './datasets.ts';
import { modelOperations } from './models.ts';
import { outcomeOperations } from './outcomes.ts';
import { customerOperations } from './customers.ts';
import { scoreOperations } from './scores.ts';
import { trainingOperations } from './trainings.ts';
import { userOperations } from './users.ts';

export const operations: readonly Operation[] = [
  ...scoreOperations,
  ...batchOperations,
  ...outcomeOperations,
  ...campaignOperations,
  ...datasetOperations,
  ...trainingOperations,
  ...modelOperations,
  ...customerOperations,
  ...userOperations,
];
