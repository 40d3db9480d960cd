/** Tasks read only: a score file that one cannot read is noted here, and the task runs again without it. */
import type { Context } from '../context.ts';
import type { DamagedScores } from '../errors.ts';
import { despiteDamage } from '../store/score-files/damage.ts';
import type { Tasks } from './tasks.ts';
import { withFiles } from './with-files.ts';

/** @throws DamagedScores where a task is about just those scores */
export function runDespiteDamage(context: Context): Tasks {
  const { tasks, db, log } = context;
  const noticed = ({ upload, problem }: DamagedScores): void => {
    log.error({ batch: upload.batchId, problem }, 'The scores of a file cannot be read');
  };
  return {
    run: (name, args) => withFiles(context, () => despiteDamage(db, () => tasks.run(name, args), noticed)),
  };
}
