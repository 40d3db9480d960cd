/** Starts a file of the program as a worker thread, from source and when built. */
import { Worker } from 'node:worker_threads';

const youngMb = 12;

/** `name`: the file from `src/`, without its ending. Only the thread ends when it needs more memory than it may use. */
export function openThread(
  name: 'jobs/worker' | 'jobs/fit' | 'domain/batches/blocks/block-thread' | 'tasks/task-thread',
  workerData: unknown,
  memoryMb: number,
): Worker {
  const limits = { maxOldGenerationSizeMb: memoryMb };
  // Fits make many objects; the other threads keep columns, and young objects that nobody needs would only take memory.
  const resourceLimits = name === 'jobs/fit' ? limits : { ...limits, maxYoungGenerationSizeMb: youngMb };
  const options = { workerData, resourceLimits };
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`./${name}.js`, import.meta.url), options);
  // From source a worker must register the loader itself: it does not inherit that of its parent.
  const entry = JSON.stringify(new URL(`./${name}.ts`, import.meta.url).href);
  const load = `import('tsx/esm/api').then(({ register }) => { register(); return import(${entry}); })`;
  return new Worker(load, { ...options, eval: true });
}
