/**
 * The columns that a check read, in a file beside the upload until they are scored: a header that says how they were read,
 * and a chunk for each block. Nothing depends on it. Without the file, or where it does not fit, blocks are read from the
 * upload, with the same result.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { DamagedRecord } from '../../errors.ts';
import { encodeChunk, openChunkFile } from '../../store/score-files/chunks.ts';
import type { ChunkPlace } from '../../store/score-files/chunks.ts';
import type { SpareMemory } from '../../spare-memory.ts';
import type { CsvPosition } from '../csv/reader.ts';
import type { BlockMeta, BlockPlace } from './blocks/block-columns.ts';
import type { BlockSource } from './blocks/block-plan.ts';
import { readFully } from './blocks/cut.ts';
import type { RawBlock } from './blocks/typed-block.ts';
import { createCheckFile } from './check-file.ts';
import type { CheckFile } from './check-file.ts';
import { columnsFile } from './files.ts';

/** Raised when cells are read in another way, or the columns are stored in another. */
const columnsFormat = 1;

interface ColumnsHeader {
  readonly kind: 'columns';
  readonly key: string;
}

/** To be filled with the chunks of blocks, in their order. */
export function createColumnsFile(upload: string, source: BlockSource): CheckFile {
  const header: ColumnsHeader = { kind: 'columns', key: keyOf(source) };
  return createCheckFile(columnsFile(upload), encodeChunk(header, {}));
}

export function removeColumnsFile(upload: string): void {
  rmSync(columnsFile(upload), { force: true });
}

/** The same for what is read in the same way. */
function keyOf({ schema, mapping, format: { delimiter, decimal }, columnCount }: BlockSource): string {
  const how = [columnsFormat, schema, mapping, delimiter, decimal, columnCount];
  return createHash('sha256').update(JSON.stringify(how)).digest('hex');
}

/** The place of a block in the upload, and of its columns. */
interface CheckedBlock {
  readonly place: BlockPlace;
  readonly columns: ChunkPlace;
}

/**
 * The blocks of an upload from a position on, with the columns that its check kept. Null: they are missing, cut short or
 * changed, were read in another way, or no block begins at that position.
 */
export function readCheckedBlocks(
  upload: string,
  source: BlockSource,
  from: CsvPosition,
  spare: SpareMemory,
): Generator<RawBlock> | null {
  const blocks = listBlocks(columnsFile(upload), keyOf(source), statSync(upload).size);
  const first = from.offset === 0 ? 0 : blocks.findIndex(({ place }) => place.offset === from.offset);
  return blocks.length === 0 || first < 0 ? null : readEach(upload, blocks.slice(first), spare);
}

/** None where they are not those of the whole upload. */
function listBlocks(path: string, key: string, byteSize: number): CheckedBlock[] {
  try {
    const file = openChunkFile(path, null);
    file.close();
    const [first, ...chunks] = file.chunks;
    const header = first?.meta as ColumnsHeader | undefined;
    if (header?.kind !== 'columns' || header.key !== key) return [];
    const blocks = chunks.map(({ meta, start, end }) => ({
      place: (meta as BlockMeta).block,
      columns: { path, start, end },
    }));
    return areWhole(blocks, byteSize) ? blocks : [];
  } catch (error) {
    if (error instanceof DamagedRecord) return [];
    throw error;
  }
}

/** Whether one begins where the one before it ends, until the end of the upload. */
function areWhole(blocks: readonly CheckedBlock[], byteSize: number): boolean {
  return blocks.every(
    ({ place: { offset, byteLength } }, i) =>
      offset + byteLength === (blocks[i + 1]?.place.offset ?? byteSize),
  );
}

function* readEach(path: string, blocks: readonly CheckedBlock[], spare: SpareMemory): Generator<RawBlock> {
  const upload = openSync(path, 'r');
  try {
    for (const { place, columns } of blocks) {
      const { offset, byteLength, records, recordCount } = place;
      const bytes = spare.take(byteLength).subarray(0, byteLength);
      const length = readFully(upload, bytes, offset);
      yield { bytes: bytes.subarray(0, length), offset, records, recordCount, columns };
    }
  } finally {
    closeSync(upload);
  }
}
