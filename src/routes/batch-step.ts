/** Each step of a batch has its own address, so that it survives a reload. */
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
