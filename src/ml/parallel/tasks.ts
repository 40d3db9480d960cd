/** All tasks that threads can share, for a thread that gets to know a task by its name. */
import { foldTrials } from '../auto/fold-trials.ts';
import { memberFits } from '../auto/member-fits.ts';
import { logisticParts } from '../linear/row-sums.ts';
import { networkMembers } from '../network/members.ts';
import { foldScores } from '../model/fold-scores.ts';
import { forestTrees } from '../tree/forest-trees.ts';
import { rowParts } from '../tree/row-parts.ts';
import type { Task } from './threads.ts';

const tasks: readonly Task<never, unknown>[] = [
  foldScores,
  foldTrials,
  memberFits,
  forestTrees,
  rowParts,
  logisticParts,
  networkMembers,
];

/** As the task's `prepare`; `shared` is what a team was opened with. @throws RangeError for an unknown name */
export function prepareTask(name: string, shared: unknown): (item: number) => unknown {
  const task = tasks.find((one) => one.name === name);
  if (!task) throw new RangeError(`there is no task '${name}'`);
  return task.prepare(shared as never);
}
