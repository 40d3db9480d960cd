/** Work on the blocks of a file, several at a time where there are threads, with the results in the order of the file. */
import type { BlockResult, BlockTask } from './block-work.ts';
import { createBlockWork, memoryOf } from './block-work.ts';
import { SpareMemory } from '../../../spare-memory.ts';
import type { RawBlock } from './typed-block.ts';

/** Does the same to one block after the other. */
export interface BlockRunner<Result> {
  /** How many blocks it can work on while others are read and written. */
  readonly width: number;
  /** The block's bytes belong to the runner from then on. Rejects when the work fails or its thread has ended. */
  run(block: RawBlock): Promise<Result>;
  /** Memory for the bytes of blocks: that of earlier ones, where they are done with. */
  readonly spare: SpareMemory;
  /** Nobody uses the result any more: its memory is for later ones. */
  release(result: Result): void;
  close(): Promise<void>;
}

/** `byteSize`: of the file. */
export type OpenRunner = (task: BlockTask, byteSize: number) => BlockRunner<BlockResult>;

/** In this thread. */
export const runHere: OpenRunner = (task) => {
  const spare = new SpareMemory();
  const work = createBlockWork(task, spare);
  return {
    width: 0,
    spare,
    // A microtask later, so that an error rejects and is not thrown.
    run: (block) =>
      Promise.resolve(block).then((raw) => {
        const result = work(raw);
        spare.give(raw.bytes);
        return result;
      }),
    release: (result) => {
      for (const bytes of memoryOf(result)) spare.give(bytes);
    },
    close: () => Promise.resolve(),
  };
};

/**
 * Results in the order of the blocks; a result is released as soon as the next is asked for. One block more than the runner can work on is under way, so that none of its threads
 * waits; a result that comes early waits for its turn, which bounds the memory.
 */
export async function* inOrder<Result>(
  blocks: Iterable<RawBlock>,
  runner: BlockRunner<Result>,
): AsyncGenerator<Result> {
  const started: Promise<Result>[] = [];
  for (const block of blocks) {
    const result = runner.run(block);
    // It may fail before its turn comes, or when nobody listens any more: that must not end the thread that waits.
    result.catch(() => undefined);
    started.push(result);
    if (started.length > runner.width) yield* released(await started.shift()!, runner);
  }
  while (started.length > 0) yield* released(await started.shift()!, runner);
}

export function* released<Result>(result: Result, runner: BlockRunner<Result>): Generator<Result> {
  yield result;
  runner.release(result);
}
