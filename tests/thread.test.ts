import { once } from 'node:events';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';

/** Runs in a thread of its own, with the loader for source files. */
const script = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { getPriority } = require('node:os');
  import(workerData.loader).then(async ({ register }) => {
    register();
    const { lowerPriority } = await import(workerData.file);
    lowerPriority('batch');
    parentPort.postMessage(getPriority());
  });`;

it.runIf(process.platform === 'linux')(
  'a thread that stands back leaves the others of the program where they are',
  async () => {
    const before = getPriority();
    const workerData = {
      loader: import.meta.resolve('tsx/esm/api'),
      file: new URL('../src/thread.ts', import.meta.url).href,
    };
    const thread = new Worker(script, { eval: true, workerData });
    const [priority] = (await once(thread, 'message')) as [number];
    await thread.terminate();
    expect(priority).toBe(Math.max(before, 5));
    expect(getPriority()).toBe(before);
  },
);
