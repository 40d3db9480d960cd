/** Blocks of a file by their places, so that every worker can read them from the upload. */
import type { BlockPlace } from '../../../store/batch-blocks.ts';
import type { SpareMemory } from '../../../spare-memory.ts';
import { readFully } from '../blocks/cut.ts';
import type { RawBlock } from '../blocks/typed-block.ts';
import { columnsFile } from '../files.ts';

/** Of a group; of up to 2 MB each. */
const blocksPerGroup = 4;

/** The places of blocks, some at a time. Their memory goes back to `spare`. */
export function* groupPlaces(blocks: Iterable<RawBlock>, spare: SpareMemory): Generator<BlockPlace[]> {
  let places: BlockPlace[] = [];
  for (const block of blocks) {
    places.push(placeOf(block));
    spare.give(block.bytes);
    if (places.length < blocksPerGroup) continue;
    yield places;
    places = [];
  }
  if (places.length > 0) yield places;
}

function placeOf({ bytes, offset, records, recordCount, columns }: RawBlock): BlockPlace {
  return {
    offset,
    byteLength: bytes.length,
    records,
    recordCount,
    columns: columns && { start: columns.start, end: columns.end },
  };
}

/** `file`: the upload at `path`, open. */
export function readPlace(file: number, path: string, place: BlockPlace, spare: SpareMemory): RawBlock {
  const { offset, byteLength, records, recordCount, columns } = place;
  const bytes = spare.take(byteLength).subarray(0, byteLength);
  if (readFully(file, bytes, offset) !== byteLength) throw new Error('The upload is shorter than it was.');
  return { bytes, offset, records, recordCount, columns: columns && { path: columnsFile(path), ...columns } };
}
