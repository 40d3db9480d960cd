/** Reads a score file: only the columns asked for, group by group. */
import { openChunkFile } from './chunks.ts';
import type { ArrayOf, Chunk, ChunkFile, ColumnArray } from './chunks.ts';
import { inputArray, othersArray, plainColumns, scoreFormat, textArrays, textAt } from './encoding.ts';
import type { PlainColumn } from './encoding.ts';
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
  column<N extends PlainColumn>(group: number, name: N): ArrayOf<(typeof plainColumns)[N]>;
  identifiers(group: number): TextColumn;
  /** The input of the feature at that place of the header. */
  input(group: number, feature: number): InputColumn;
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
    column: (group, name) => {
      return file.read(chunks[group]!, name, plainColumns[name]);
    },
    identifiers: (group) => readText(file, chunks[group]!, 'identifiers'),
    input: (group, feature) =>
      file.typeOf(chunks[group]!, inputArray(feature)) === 'f64'
        ? { kind: 'number', values: file.read(chunks[group]!, inputArray(feature), 'f64') }
        : readLevels(file, chunks[group]!, feature),
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

function readText(file: ChunkFile, chunk: Chunk, name: string): TextColumn {
  const names = textArrays(name);
  return { bytes: file.read(chunk, names.bytes, 'u8'), ends: file.read(chunk, names.ends, 'u32') };
}

function readLevels(file: ChunkFile, chunk: Chunk, feature: number): InputColumn {
  const stored = readNarrow(file, chunk, inputArray(feature));
  const codes = new Int32Array(stored.length);
  for (let i = 0; i < stored.length; i++) codes[i] = stored[i]! - 1;
  if (!chunk.arrays.has(textArrays(othersArray(feature)).bytes)) return { kind: 'level', codes, others: [] };
  const texts = readText(file, chunk, othersArray(feature));
  return { kind: 'level', codes, others: Array.from(texts.ends, (_, i) => textAt(texts, i)) };
}

function readNarrow(file: ChunkFile, chunk: Chunk, name: string): ColumnArray {
  const type = file.typeOf(chunk, name);
  if (type !== 'u8' && type !== 'u16' && type !== 'u32')
    throw file.damaged(`column '${name}' has another type`);
  return file.read(chunk, name, type);
}
