/** Starts a file of the program as a worker thread, from source and when built. */
import { getPriority, platform, setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Transferable } from 'node:worker_threads';

const youngMb = 12;
/** They make many objects; the other threads keep columns, and young objects that nobody needs would only take memory. */
const fitting: readonly ThreadName[] = ['jobs/fit', 'domain/training/threads/helper'];

/** The file from `src/`, without its ending. */
type ThreadName =
  | 'jobs/worker'
  | 'jobs/fit'
  | 'domain/batches/blocks/block-thread'
  | 'domain/training/threads/keeper'
  | 'domain/training/threads/helper'
  | 'tasks/task-thread';

/** Only the thread ends when it needs more memory than it may use. `transferList`: ports in the data. */
export function openThread(
  name: ThreadName,
  workerData: unknown,
  memoryMb: number,
  transferList: Transferable[] = [],
): Worker {
  const limits = { maxOldGenerationSizeMb: memoryMb };
  const resourceLimits = fitting.includes(name) ? limits : { ...limits, maxYoungGenerationSizeMb: youngMb };
  const options = { workerData, resourceLimits, transferList };
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`./${name}.js`, import.meta.url), options);
  // From source a worker must register the loader itself: it does not inherit that of its parent.
  const entry = JSON.stringify(new URL(`./${name}.ts`, import.meta.url).href);
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const load = `import(${loader}).then(({ register }) => { register(); return import(${entry}); })`;
  return new Worker(load, { ...options, eval: true });
}

/** How far each kind of work stands back behind pages, as the system counts (0 to 19). */
const niceness = { batch: 5, training: 10 } as const;

/**
 * Lets other threads go first from now on, also of those that the calling thread starts later. Where a priority is that of
 * the whole process, which is everywhere but on Linux, nothing happens.
 */
export function lowerPriority(work: keyof typeof niceness): void {
  // A program that was started with a lower one may not raise it.
  if (platform() === 'linux') setPriority(Math.max(getPriority(), niceness[work]));
}
