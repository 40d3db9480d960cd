/** Starts a file of this folder as a worker thread, from source and when built. */
import { Worker } from 'node:worker_threads';

export function openThread(name: 'worker' | 'fit', workerData: unknown): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL(`./${name}.js`, import.meta.url), { workerData });
  // From source a worker must register the loader itself: it does not inherit that of its parent.
  const entry = JSON.stringify(new URL(`./${name}.ts`, import.meta.url).href);
  const load = `import('tsx/esm/api').then(({ register }) => { register(); return import(${entry}); })`;
  return new Worker(load, { eval: true, workerData });
}
