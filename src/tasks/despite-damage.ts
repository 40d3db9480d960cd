/** Tasks read only: a score file that one cannot read is noted here, and the task runs again without it. */
import type { Context } from '../context.ts';
import { despiteDamage } from '../store/score-files/damage.ts';
import type { Tasks } from './tasks.ts';

/** @throws DamagedScores where a task is about just those scores */
export function runDespiteDamage({ tasks, db, log }: Pick<Context, 'tasks' | 'db' | 'log'>): Tasks {
  return {
    run: (name, args) =>
      despiteDamage(
        db,
        () => tasks.run(name, args),
        ({ upload, problem }) => {
          log.error({ batch: upload.batchId, problem }, 'The scores of a file cannot be read');
        },
      ),
  };
}
