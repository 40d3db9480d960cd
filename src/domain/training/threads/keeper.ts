/**
 * Opens the helpers of a fit and reports one that ends. The fitting thread cannot do that itself: while it fits, it hears
 * of nothing.
 */
import { workerData } from 'node:worker_threads';
import { isOutOfMemory } from '../../../errors.ts';
import { lowerPriority, openThread } from '../../../thread.ts';
import type { FailedThread, HelperTask, KeeperTask } from './messages.ts';
import { Rounds } from './rounds.ts';

// Pages, uploads and scorings come before trainings, also where the fitting thread has not stepped back.
lowerPriority('training');
const { ports, alarm, memory, memoryMb } = workerData as KeeperTask;

for (const port of ports) {
  const task: HelperTask = { port, memory };
  const helper = openThread('domain/training/threads/helper', task, memoryMb, [port]);
  helper.on('error', (error: Error) => {
    report({ message: error.message, isOutOfMemory: isOutOfMemory(error) });
  });
  helper.on('exit', () => {
    report({ message: 'A thread that trained the model ended.', isOutOfMemory: false });
  });
}

function report(failed: FailedThread): void {
  alarm.postMessage(failed);
  new Rounds(memory).fail();
}
