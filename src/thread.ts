/** Starts a file of the program as a worker thread, from source and when built. */
import { Worker } from 'node:worker_threads';

/** `name`: the file from `src/`, without its ending. */
export function openThread(
  name: 'jobs/worker' | 'jobs/fit' | 'tasks/task-thread',
  workerData: unknown,
): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL(`./${name}.js`, import.meta.url), { workerData });
  // From source a worker must register the loader itself: it does not inherit that of its parent.
  const entry = JSON.stringify(new URL(`./${name}.ts`, import.meta.url).href);
  const load = `import('tsx/esm/api').then(({ register }) => { register(); return import(${entry}); })`;
  return new Worker(load, { eval: true, workerData });
}
