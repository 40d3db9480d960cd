/** Shares the blocks of a file between threads. */
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { AppError, isOutOfMemory, needsMoreMemory } from '../../../errors.ts';
import { openThread } from '../../../thread.ts';
import type { BlockResult, BlockTask } from './block-work.ts';
import { runHere } from './runner.ts';
import type { BlockRunner, OpenRunner } from './runner.ts';
import type { RawBlock } from './typed-block.ts';
import type { FromBlockThread } from './block-thread.ts';

/** One thread cuts the blocks and writes the results: it cannot keep more of them busy. */
const mostThreads = 8;
/** A smaller file is done here before threads have started. */
const fewestBytes = 8 * 2 ** 20;

/** `memoryMb`: the limit of each thread. */
export function openBlockThreads(memoryMb: number): OpenRunner {
  return (task, byteSize) =>
    byteSize < fewestBytes
      ? runHere(task, byteSize)
      : startThreads(task, Math.min(mostThreads, availableParallelism()), memoryMb);
}

function startThreads(task: BlockTask, count: number, memoryMb: number): BlockRunner<BlockResult> {
  const threads = Array.from({ length: count }, () => startThread(task, memoryMb));
  return {
    width: count,
    run: (block) => {
      const idlest = threads.reduce((best, one) => (one.waiting() < best.waiting() ? one : best));
      return idlest.run(block);
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

function startThread(task: BlockTask, memoryMb: number) {
  const worker = openThread('domain/batches/blocks/block-thread', task, memoryMb);
  const queue: Waiting[] = [];
  let end: Error | null = null;
  listen(worker, queue, (error) => {
    end ??= error;
    for (const { reject } of queue.splice(0)) reject(end);
  });
  return {
    waiting: () => queue.length,
    run: (block: RawBlock): Promise<BlockResult> =>
      new Promise((resolve, reject) => {
        if (end !== null) {
          reject(end);
          return;
        }
        queue.push({ resolve, reject });
        worker.postMessage(block, [block.bytes.buffer as ArrayBuffer]);
      }),
    close: () => worker.terminate(),
  };
}

function listen(worker: Worker, queue: Waiting[], onEnd: (error: Error) => void): void {
  worker.on('message', (message: FromBlockThread) => {
    const next = queue.shift();
    if ('result' in message) next?.resolve(message.result);
    else {
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
