/** Each step of a batch has its own address, so that it survives a reload. */
import type { Db } from '../db.ts';
import { checkBatchLater } from '../domain/batches/batches.ts';
import { isComplete } from '../domain/batches/mapping.ts';
import { guessForActiveModel } from '../domain/batches/matching.ts';
import { rememberedOutcome } from '../domain/batches/outcome-column.ts';
import type { User } from '../domain/people/accounts.ts';
import type { BatchRecord, BatchState } from '../store/batches.ts';

const steps: Record<BatchState, string> = {
  uploaded: 'mapping',
  checking: 'progress',
  checked: 'check',
  scoring: 'progress',
  done: 'results',
  failed: 'progress',
  cancelled: 'progress',
  removing: 'progress',
  'partly-removed': 'progress',
};

/** The page of the step that a batch is at. */
export function stepOf({ id, state }: Pick<BatchRecord, 'id' | 'state'>): string {
  return `/batches/${id}/${steps[state]}`;
}

/** Whether a form says that a file whose columns all match is to be scored without a look at its check. */
export function isScoredAtOnce(body: unknown): boolean {
  return ((body ?? {}) as Record<string, unknown>)['scoreAtOnce'] === 'yes';
}

/**
 * Checks or scores a file at once if its columns all match the active model, and returns the page of the next step. A column that
 * may say outcomes is asked about first.
 */
export async function checkOrMatch(
  db: Db,
  user: User,
  batch: BatchRecord,
  begin = checkBatchLater,
): Promise<string> {
  const plan = await guessForActiveModel(db, batch);
  const isAsked = (await rememberedOutcome(db, batch.header)) !== null;
  if (!plan || !isComplete(plan.mapping) || isAsked) return `/batches/${batch.id}/mapping`;
  await begin(db, user, batch.id, plan);
  return `/batches/${batch.id}/progress`;
}
