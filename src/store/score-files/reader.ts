/** Reads a score file: only the columns asked for, group by group. */
import { damagedFile, openChunkFile } from './chunks.ts';
import type { ArrayOf, Chunk, ChunkFile, Part } from './chunks.ts';
import { scoreFormat } from './encoding.ts';
import type { PlainColumn, plainColumns } from './encoding.ts';
import type { InputColumn, ScoreFileHeader, TextColumn } from './group.ts';
import { readColumn, readInput, readText } from './stored.ts';

const remedy = 'Delete this file under Score and score it again.';

/** A group's place among the rows of its file. */
export interface GroupPlace {
  readonly rowCount: number;
  readonly firstRow: number;
}

export interface ScoreFile {
  readonly header: ScoreFileHeader;
  /** Changes with every write to the file. */
  readonly version: string;
  readonly groups: readonly GroupPlace[];
  readonly rowCount: number;
  /** Entries of the rows of a group, or of a part of them. */
  column<N extends PlainColumn>(group: number, name: N, part?: Part): ArrayOf<(typeof plainColumns)[N]>;
  identifiers(group: number, part?: Part): TextColumn;
  /** The input of the feature at that place of the header. */
  input(group: number, feature: number, part?: Part): InputColumn;
  /** Reads all of it. */
  check(): void;
  close(): void;
}

/** The first `bytes` bytes of it. Every method throws what `damaged` gives where the file is not as it was written. */
export function openScoreFile(path: string, bytes: number, damaged = damagedFile(path, remedy)): ScoreFile {
  const file = openChunkFile(path, bytes, damaged);
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
    version: file.version,
    groups,
    rowCount: last ? last.firstRow + last.rowCount : 0,
    column: (group, name, part = all(groups[group]!)) =>
      readColumn({ file, chunk: chunks[group]!, part }, name),
    identifiers: (group, part = all(groups[group]!)) =>
      readText({ file, chunk: chunks[group]!, part }, 'identifiers'),
    input: (group, feature, part = all(groups[group]!)) =>
      readInput({ file, chunk: chunks[group]!, part }, feature, header.features[feature]!),
    check: () => {
      for (const chunk of chunks) for (const [name, { type }] of chunk.arrays) file.read(chunk, name, type);
    },
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
