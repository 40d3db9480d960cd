/** What goes to threads of blocks and comes back; the memory of bytes changes hands both ways. */
import type { BlockResult } from './block-work.ts';
import type { RawBlock } from './typed-block.ts';

export interface ToBlockThread {
  readonly block: RawBlock;
  /** For the bytes of results. */
  readonly spare: readonly Uint8Array[];
}

/** Answers come in the order of the blocks. `bytes`: those of the block. */
export type FromBlockThread =
  { readonly result: BlockResult; readonly bytes: Uint8Array } | { readonly failed: BlockFailure };

interface BlockFailure {
  readonly message: string;
  /** The block can never be worked on. */
  readonly isFinal: boolean;
}

export function transferable(memory: readonly Uint8Array[]): ArrayBuffer[] {
  return memory.map(({ buffer }) => buffer as ArrayBuffer);
}
