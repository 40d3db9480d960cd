/** Notes on the rows of a block: codes until somebody reads them. */
import { noteWords } from '../../scoring/explanations.ts';
import type { ReadCell } from './cell-reading.ts';

export interface BlockNotes {
  /** Codes of row i: `codes[ends[i - 1] ?? 0 .. ends[i]]`, each an index into `cells`. */
  readonly ends: Uint32Array;
  readonly codes: Uint32Array;
  /** Cells with notes, each once. */
  readonly cells: readonly ReadCell[];
  /** Notes that every row has: on features that the file has no column for. */
  readonly everywhere: readonly ReadCell[];
}

export interface NotesBuilder {
  /** Adds a note to the row that is being read. */
  add: (cell: ReadCell) => void;
  /** The row is complete. */
  endRow: (row: number) => void;
  /** The row is not one of the block's: forgets its notes. */
  dropRow: () => void;
  /** Whether the row that is being read has notes. */
  isNoted: () => boolean;
  finish: (rowCount: number) => BlockNotes;
}

export function createNotes(capacity: number, everywhere: readonly ReadCell[]): NotesBuilder {
  const ends = new Uint32Array(capacity);
  const places = new Map<ReadCell, number>();
  let codes = new Uint32Array(1024);
  let count = 0;
  let rowStart = 0;

  return {
    add: (cell) => {
      let code = places.get(cell);
      if (code === undefined) {
        code = places.size;
        places.set(cell, code);
      }
      if (count === codes.length) codes = doubled(codes);
      codes[count++] = code;
    },
    endRow: (row) => {
      ends[row] = rowStart = count;
    },
    dropRow: () => {
      count = rowStart;
    },
    isNoted: () => count > rowStart,
    finish: (rowCount) => ({
      ends: ends.subarray(0, rowCount),
      codes: codes.subarray(0, count),
      cells: [...places.keys()],
      everywhere,
    }),
  };
}

function doubled(codes: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(codes.length * 2);
  larger.set(codes);
  return larger;
}

/** The notes of a row in words: levels that were mapped to others in the order of `renamingOrder`, then the features in theirs. */
export function createNoteWords(
  { ends, codes, cells, everywhere }: BlockNotes,
  renamingOrder: readonly number[],
): (row: number) => readonly string[] {
  const usual = wordsOf(everywhere, renamingOrder);
  return (row) => {
    const from = row === 0 ? 0 : ends[row - 1]!;
    const own = codes.subarray(from, ends[row]);
    if (own.length === 0) return usual;
    return wordsOf([...everywhere, ...Array.from(own, (code) => cells[code]!)], renamingOrder);
  };
}

function wordsOf(cells: readonly ReadCell[], renamingOrder: readonly number[]): readonly string[] {
  const inOrder = [...cells].sort((a, b) => a.feature - b.feature);
  const renamed = renamingOrder.flatMap((place) =>
    inOrder.flatMap((cell) => (cell.feature === place ? cell.renamed : [])),
  );
  return [...renamed, ...inOrder.flatMap(({ note }) => (note === null ? [] : [noteWords(note)]))];
}
