/** A thread that works on blocks of a file: bytes in, results out, as memory that changes hands and is not copied. */
import { parentPort, workerData } from 'node:worker_threads';
import { createBlockWork, memoryOf } from './block-work.ts';
import type { BlockTask } from './block-work.ts';
import { AppError } from '../../../errors.ts';
import { SpareMemory } from '../../../spare-memory.ts';
import { lowerPriority } from '../../../thread.ts';
import { transferable } from './block-messages.ts';
import type { FromBlockThread, ToBlockThread } from './block-messages.ts';

lowerPriority('batch');
const memory = new SpareMemory();
const work = createBlockWork(workerData as BlockTask, memory);

parentPort!.on('message', ({ block, spare }: ToBlockThread) => {
  try {
    for (const buffer of spare) memory.give(buffer);
    const { bytes } = block;
    // A Buffer arrives as a plain array of bytes.
    const result = work({ ...block, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) });
    const answer: FromBlockThread = { result, bytes };
    parentPort!.postMessage(answer, transferable([bytes, ...memoryOf(result)]));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    parentPort!.postMessage({
      failed: { message, isFinal: error instanceof AppError },
    } satisfies FromBlockThread);
  }
});
