/** Reads a score file: only the columns asked for, group by group. */
import { openChunkFile } from './chunks.ts';
import type { ArrayOf, Chunk, ChunkFile, ColumnArray, Part } from './chunks.ts';
import { giveBack, takeMemory } from './column-memory.ts';
import { inputArray, othersArray, plainColumns, scoreFormat, textArrays, textAt } from './encoding.ts';
import type { PlainColumn } from './encoding.ts';
import { reasonsPerRow } from './group.ts';
import type { InputColumn, ScoreFileHeader, TextColumn } from './group.ts';

export const scoreFileRemedy = 'Delete this file under Score and score it again.';

/** A group's place among the rows of its file. */
export interface GroupPlace {
  readonly rowCount: number;
  readonly firstRow: number;
}

export interface ScoreFile {
  readonly header: ScoreFileHeader;
  readonly groups: readonly GroupPlace[];
  readonly rowCount: number;
  /** Entries of the rows of a group, or of a part of them. */
  column<N extends PlainColumn>(group: number, name: N, part?: Part): ArrayOf<(typeof plainColumns)[N]>;
  identifiers(group: number, part?: Part): TextColumn;
  /** The input of the feature at that place of the header. */
  input(group: number, feature: number, part?: Part): InputColumn;
  close(): void;
}

/** The first `bytes` bytes of it. Every method throws DamagedRecord where the file is not as it was written. */
export function openScoreFile(path: string, bytes: number): ScoreFile {
  const file = openChunkFile(path, bytes, scoreFileRemedy);
  try {
    return createScoreFile(file);
  } catch (error) {
    file.close();
    throw error;
  }
}

function createScoreFile(file: ChunkFile): ScoreFile {
  const [first, ...chunks] = file.chunks;
  const header = headerOf(file, first);
  const groups = placesOf(file, chunks);
  const last = groups.at(-1);
  return {
    header,
    groups,
    rowCount: last ? last.firstRow + last.rowCount : 0,
    column: (group, name, part = all(groups[group]!)) =>
      file.readPart(chunks[group]!, name, plainColumns[name], entriesOf(name, part)),
    identifiers: (group, part = all(groups[group]!)) => readText(file, chunks[group]!, 'identifiers', part),
    input: (group, feature, part = all(groups[group]!)) =>
      file.typeOf(chunks[group]!, inputArray(feature)) === 'f64'
        ? { kind: 'number', values: file.readPart(chunks[group]!, inputArray(feature), 'f64', part) }
        : readLevels(file, chunks[group]!, feature, part),
    close: () => {
      file.close();
    },
  };
}

/** What `encodeHeader` wrote; the CRC of its description was checked. */
function headerOf(file: ChunkFile, chunk: Chunk | undefined): ScoreFileHeader {
  const meta = chunk?.meta as
    (ScoreFileHeader & { readonly kind?: unknown; readonly format?: unknown }) | undefined;
  if (meta?.kind !== 'scores') throw file.damaged('it is no score file');
  if (meta.format !== scoreFormat) throw file.damaged(`its format ${String(meta.format)} is not known`);
  return { features: meta.features, actions: meta.actions };
}

function placesOf(file: ChunkFile, chunks: readonly Chunk[]): GroupPlace[] {
  let firstRow = 0;
  return chunks.map(({ meta }) => {
    const { kind, rowCount } = meta as { readonly kind?: unknown; readonly rowCount: number };
    if (kind !== 'group') throw file.damaged('it holds what is no group of scores');
    const place = { rowCount, firstRow };
    firstRow += rowCount;
    return place;
  });
}

function all({ rowCount }: GroupPlace): Part {
  return { from: 0, until: rowCount };
}

function entriesOf(name: PlainColumn, { from, until }: Part): Part {
  const perRow = name === 'reasonFeatures' || name === 'reasonPoints' ? reasonsPerRow : 1;
  return { from: from * perRow, until: until * perRow };
}

function readText(file: ChunkFile, chunk: Chunk, name: string, { from, until }: Part): TextColumn {
  const names = textArrays(name);
  const start = from === 0 ? 0 : endOf(file, chunk, names.ends, from - 1);
  const ends = file.readPart(chunk, names.ends, 'u32', { from, until });
  const bytes = file.readPart(chunk, names.bytes, 'u8', { from: start, until: ends.at(-1) ?? start });
  if (start > 0) for (let i = 0; i < ends.length; i++) ends[i]! -= start;
  return { bytes, ends };
}

function endOf(file: ChunkFile, chunk: Chunk, name: string, row: number): number {
  const ends = file.readPart(chunk, name, 'u32', { from: row, until: row + 1 });
  const [end] = ends;
  giveBack(ends);
  return end!;
}

function readLevels(file: ChunkFile, chunk: Chunk, feature: number, part: Part): InputColumn {
  const stored = readNarrow(file, chunk, inputArray(feature), part);
  const codes = new Int32Array(takeMemory(4 * stored.length), 0, stored.length);
  for (let i = 0; i < stored.length; i++) codes[i] = stored[i]! - 1;
  giveBack(stored);
  const names = textArrays(othersArray(feature));
  if (!chunk.arrays.has(names.bytes)) return { kind: 'level', codes, others: [] };
  const texts = readText(file, chunk, othersArray(feature), {
    from: 0,
    until: file.lengthOf(chunk, names.ends),
  });
  return { kind: 'level', codes, others: Array.from(texts.ends, (_, i) => textAt(texts, i)) };
}

function readNarrow(file: ChunkFile, chunk: Chunk, name: string, part: Part): ColumnArray {
  const type = file.typeOf(chunk, name);
  if (type !== 'u8' && type !== 'u16' && type !== 'u32')
    throw file.damaged(`column '${name}' has another type`);
  return file.readPart(chunk, name, type, part);
}
