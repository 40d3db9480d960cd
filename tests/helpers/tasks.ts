/** Tasks without threads: at once, on a connection that only reads, with everything copied as between threads. */
import type { Config } from '../../src/config.ts';
import { openReadOnlyDatabase } from '../../src/db.ts';
import type { Db } from '../../src/db.ts';
import { packError, unpackError } from '../../src/tasks/packed-error.ts';
import type { TaskPool } from '../../src/tasks/task-pool.ts';
import { tasks } from '../../src/tasks/tasks.ts';
import type { TaskEnv, TaskName, Tasks } from '../../src/tasks/tasks.ts';

export function runTasksHere(config: Config): TaskPool {
  let db: Db | null = null;
  const run = async (name: TaskName, args: unknown): Promise<unknown> => {
    db ??= openReadOnlyDatabase(config.databaseUrl);
    const work = tasks[name].run as (env: TaskEnv, args: unknown) => Promise<unknown>;
    try {
      return structuredClone(await work({ db, config }, structuredClone(args)));
    } catch (error) {
      throw unpackError(structuredClone(packError(error)));
    }
  };
  return { run: run as Tasks['run'], stop: async () => db?.destroy() };
}
