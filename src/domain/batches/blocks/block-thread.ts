/** A thread that works on blocks of a file: bytes in, results out, as memory that changes hands and is not copied. */
import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../../../errors.ts';
import { createBlockWork } from './block-work.ts';
import type { BlockResult, BlockTask } from './block-work.ts';
import type { RawBlock } from './typed-block.ts';

/** Answers come in the order of the blocks. */
export type FromBlockThread = { readonly result: BlockResult } | { readonly failed: BlockFailure };

interface BlockFailure {
  readonly message: string;
  /** The block can never be worked on. */
  readonly isFinal: boolean;
}

const work = createBlockWork(workerData as BlockTask);

parentPort!.on('message', (block: RawBlock) => {
  try {
    const { bytes } = block;
    // A Buffer arrives as a plain array of bytes.
    const result = work({ ...block, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) });
    parentPort!.postMessage({ result } satisfies FromBlockThread, memoryOf(result));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    parentPort!.postMessage({
      failed: { message, isFinal: error instanceof AppError },
    } satisfies FromBlockThread);
  }
});

function memoryOf({ scored }: BlockResult): ArrayBuffer[] {
  return [scored?.lines, scored?.group].flatMap((bytes) => (bytes ? [bytes.buffer as ArrayBuffer] : []));
}
