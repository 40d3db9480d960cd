/** A thread that runs one task at a time, with a database connection of its own that only reads. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from '../config.ts';
import { openReadOnlyDatabase } from '../db.ts';
import { packError } from './packed-error.ts';
import type { PackedError } from './packed-error.ts';
import { tasks } from './tasks.ts';
import type { TaskEnv, TaskName } from './tasks.ts';

export interface ToTask {
  readonly name: TaskName;
  readonly args: unknown;
}

export type FromTask = { readonly result: unknown } | { readonly error: PackedError };

const config = workerData as Config;
const env: TaskEnv = { config, db: openReadOnlyDatabase(config.databaseUrl) };

parentPort!.on('message', ({ name, args }: ToTask) => {
  // The name says which arguments belong to it; Tasks.run checked the pair.
  const run = tasks[name].run as (env: TaskEnv, args: unknown) => Promise<unknown>;
  void answer(() => run(env, args));
});

async function answer(work: () => Promise<unknown>): Promise<void> {
  try {
    const result = await work();
    parentPort!.postMessage({ result } satisfies FromTask, movable(result));
  } catch (error) {
    parentPort!.postMessage({ error: packError(error) } satisfies FromTask);
  }
}

/** Large arrays are moved instead of copied, where they have their memory to themselves. */
function movable(result: unknown): ArrayBuffer[] {
  if (!ArrayBuffer.isView(result) || !(result.buffer instanceof ArrayBuffer)) return [];
  return result.byteLength === result.buffer.byteLength ? [result.buffer] : [];
}
