/** What one block of bytes of a prepared upload says: rows that can be scored as columns, the others beside them. */
import type { CellProblem } from '../../../ml/data/row-reader.ts';
import type { Table } from '../../../ml/data/table.ts';
import type { ChunkPlace } from '../../../store/score-files/chunks.ts';
import type { EncodedRows } from '../../../store/score-files/encoding.ts';
import type { InputColumn, TextColumn } from '../../../store/score-files/group.ts';
import type { BlockNotes } from './notes.ts';

/** Whole records of a prepared upload. */
export interface RawBlock {
  readonly bytes: Buffer;
  /** Place of the first byte in the file. */
  readonly offset: number;
  /** Records before it, the header and blank lines included. */
  readonly records: number;
  /** Records in it, blank ones included. */
  readonly recordCount: number;
  /** Where its columns are that a check kept; null: it has to be read from its bytes. */
  readonly columns: ChunkPlace | null;
}

export interface RecordPlace {
  readonly rowNumber: number;
  /** Within the bytes of the block, without the line end. */
  readonly start: number;
  readonly end: number;
}

/** A row that cannot be scored. */
export interface RejectedRow extends RecordPlace {
  /** Accepted rows of the block in front of it. */
  readonly before: number;
  /** As far as they could be read. */
  readonly cells: readonly string[];
  readonly problems: readonly CellProblem[];
}

export interface TypedBlock {
  readonly bytes: Buffer;
  /** Place of the first byte in the prepared upload. */
  readonly offset: number;
  /** Accepted rows; every array has an entry for each. */
  readonly rowCount: number;
  /** As a spreadsheet counts. */
  readonly rowNumbers: Uint32Array;
  /** Where the record begins within `bytes`, and its length without the line end. */
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  /** 1: no quotation marks, and writing its cells for people (`safeLine`) gives the very bytes of the line: they may be copied. */
  readonly isPlain: Uint8Array;
  /** Trimmed, at most 200 characters; empty: none. */
  readonly identifiers: TextColumn;
  /** NaN: not known. */
  readonly monthlyValue: Float64Array;
  /** One a feature: as read, before any policy; levels that people mapped are under the model's names. */
  readonly inputs: readonly InputColumn[];
  /** After policies: what the model takes. Columns that no policy changes share their array with `inputs`. */
  readonly table: Table;
  /** 1: the row has notes. */
  readonly noted: Uint8Array;
  /** In words, made when asked for; rows with the same notes may share an array. */
  readonly notes: (row: number) => readonly string[];
  /** The same as numbers, for the findings of a check. */
  readonly noteCodes: BlockNotes;
  readonly rejects: readonly RejectedRow[];
  /** The columns as files hold them, where they come from one; null: they are to be encoded. */
  readonly encoded: EncodedRows | null;
  /** Records of the block, blank ones included. */
  readonly recordCount: number;
  /** Byte offset in the upload after the block. */
  readonly next: number;
}
