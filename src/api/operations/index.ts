/** The table of all operations, in the order of the documentation. */
import type { Operation } from '../operation.ts';
import { scoreOperations } from './scores.ts';
import { userOperations } from './users.ts';

export const operations: readonly Operation[] = [...scoreOperations, ...userOperations];
