/** Shares the blocks of a file between threads. */
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { memoryOf } from './block-work.ts';
import type { BlockResult, BlockTask } from './block-work.ts';
import { runHere } from './runner.ts';
import type { BlockRunner, OpenRunner } from './runner.ts';
import { AppError, isOutOfMemory, needsMoreMemory } from '../../../errors.ts';
import { openThread } from '../../../thread.ts';
import { SpareMemory } from '../../../spare-memory.ts';
import type { FromBlockThread, ToBlockThread } from './block-messages.ts';
import { transferable } from './block-messages.ts';

/** One thread cuts the blocks and writes the results: it cannot keep more of them busy. */
const mostThreads = 8;
/** A smaller file is done here before threads have started. */
const fewestBytes = 8 * 2 ** 20;

/** The lines of a block, and its group. */
const buffersPerResult = 2;

/** `memoryMb`: the limit of each thread. */
export function openBlockThreads(memoryMb: number): OpenRunner {
  return (task, byteSize) =>
    byteSize < fewestBytes
      ? runHere(task, byteSize)
      : startThreads(task, Math.min(mostThreads, availableParallelism()), memoryMb);
}

function startThreads(task: BlockTask, count: number, memoryMb: number): BlockRunner<BlockResult> {
  const spare = new SpareMemory();
  const threads = Array.from({ length: count }, () => startThread(task, memoryMb, spare));
  const released: Buffer[] = [];
  return {
    width: count,
    spare,
    run: (block) => {
      const idlest = threads.reduce((best, one) => (one.waiting() < best.waiting() ? one : best));
      return idlest.run({ block, spare: released.splice(0, buffersPerResult) });
    },
    release: (result) => {
      for (const { buffer } of memoryOf(result)) released.push(Buffer.from(buffer as ArrayBuffer));
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

interface Waiting {
  readonly resolve: (result: BlockResult) => void;
  readonly reject: (error: Error) => void;
}

function startThread(task: BlockTask, memoryMb: number, spare: SpareMemory) {
  const worker = openThread('domain/batches/blocks/block-thread', task, memoryMb);
  const queue: Waiting[] = [];
  let end: Error | null = null;
  listen(worker, queue, spare, (error) => {
    end ??= error;
    for (const { reject } of queue.splice(0)) reject(end);
  });
  return {
    waiting: () => queue.length,
    run: (message: ToBlockThread): Promise<BlockResult> =>
      new Promise((resolve, reject) => {
        if (end !== null) {
          reject(end);
          return;
        }
        queue.push({ resolve, reject });
        worker.postMessage(message, transferable([message.block.bytes, ...message.spare]));
      }),
    close: () => worker.terminate(),
  };
}

function listen(worker: Worker, queue: Waiting[], spare: SpareMemory, onEnd: (error: Error) => void): void {
  worker.on('message', (message: FromBlockThread) => {
    const next = queue.shift();
    if ('result' in message) {
      spare.give(message.bytes);
      next?.resolve(message.result);
    } else {
      const { message: reason, isFinal } = message.failed;
      next?.reject(isFinal ? new AppError(422, 'unscorable', reason) : new Error(reason));
    }
  });
  worker.on('error', (error: Error) => {
    onEnd(isOutOfMemory(error) ? needsMoreMemory() : error);
  });
  worker.on('exit', () => {
    onEnd(new Error('A thread that worked on the file ended.'));
  });
}
