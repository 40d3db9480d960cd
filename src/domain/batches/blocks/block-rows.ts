/** The columns of a block while its rows are being read. */
import { isNumeric } from '../../../ml/data/row-reader.ts';
import type { Column } from '../../../ml/data/table.ts';
import { ArrayMemory } from '../../../spare-memory.ts';
import type { InputColumn, TextColumn } from '../../../store/score-files/group.ts';
import type { Feature } from '../../../ml/data/schema.ts';
import type { BlockPlan } from './block-plan.ts';
import type { ReadCell } from './cell-reading.ts';
import { createNotes, createNoteWords } from './notes.ts';
import type { NotesBuilder } from './notes.ts';
import type { RawBlock, RejectedRow, TypedBlock } from './typed-block.ts';

export interface BlockRows {
  readonly plan: BlockPlan;
  /** Bytes of the delimiter and of the decimal sign. */
  readonly separator: number;
  readonly decimal: number;
  /** Accepted so far; the place in every array of the row that is being read. */
  count: number;
  readonly rowNumbers: Uint32Array;
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  readonly isPlain: Uint8Array;
  readonly monthlyValue: Float64Array;
  readonly noted: Uint8Array;
  readonly identifiers: GrowingText;
  /** One a feature: before policies, and after. */
  readonly inputs: readonly (Float64Array | Int32Array)[];
  readonly table: readonly (Float64Array | Int32Array)[];
  /** Texts that are no levels, one map a feature: text → place among them. */
  readonly others: readonly Map<string, number>[];
  readonly notes: NotesBuilder;
  readonly rejects: RejectedRow[];
}

/** Row i's text is `bytes[ends[i - 1] ?? 0 .. ends[i]]`. */
export interface GrowingText {
  bytes: Uint8Array;
  readonly ends: Uint32Array;
}

/** Arrays of the features, and fewer bytes for all others. */
const bytesPerRow = (featureCount: number): number => 12 * featureCount + 64;

/** For at most `capacity` rows. */
export function createBlockRows(plan: BlockPlan, capacity: number, memory = new ArrayMemory()): BlockRows {
  const { features, isShared, absent } = plan;
  memory.clear(capacity * bytesPerRow(features.length));
  const arrayFor = (feature: Feature): Float64Array | Int32Array =>
    isNumeric(feature) ? memory.take(Float64Array, capacity) : memory.take(Int32Array, capacity);
  const inputs = features.map(arrayFor);
  const table = features.map((feature, j) => (isShared[j] ? inputs[j]! : arrayFor(feature)));
  for (const { feature, input, value } of absent) {
    inputs[feature]!.fill(input);
    table[feature]!.fill(value);
  }
  return {
    plan,
    separator: plan.delimiter.charCodeAt(0),
    decimal: plan.decimal.charCodeAt(0),
    count: 0,
    rowNumbers: memory.take(Uint32Array, capacity),
    starts: memory.take(Uint32Array, capacity),
    lengths: memory.take(Uint32Array, capacity),
    isPlain: memory.take(Uint8Array, capacity),
    monthlyValue: memory.take(Float64Array, capacity).fill(NaN),
    noted: memory.take(Uint8Array, capacity),
    identifiers: {
      bytes: memory.take(Uint8Array, 16 * capacity),
      ends: memory.take(Uint32Array, capacity),
    },
    inputs,
    table,
    others: features.map(() => new Map<string, number>()),
    notes: createNotes(capacity, absent),
    rejects: [],
  };
}

/** Writes a cell that was read carefully into the row that is being read; false: the row cannot be scored with it. */
export function storeCell(rows: BlockRows, cell: ReadCell): boolean {
  const { feature, other } = cell;
  if (cell.isRefused) return false;
  rows.inputs[feature]![rows.count] = other === null ? cell.input : codeOfOther(rows, feature, other);
  rows.table[feature]![rows.count] = cell.value;
  if (cell.note !== null || cell.renamings.length > 0) rows.notes.add(cell);
  return true;
}

function codeOfOther({ others, plan }: BlockRows, feature: number, text: string): number {
  const known = others[feature]!;
  let place = known.get(text);
  if (place === undefined) {
    place = known.size;
    known.set(text, place);
  }
  return plan.features[feature]!.levels.length + place;
}

/** Room for the identifier of the row that is being read; returns where it begins. */
export function makeRoom({ identifiers, count }: BlockRows, length: number): number {
  const start = count === 0 ? 0 : identifiers.ends[count - 1]!;
  if (start + length > identifiers.bytes.length) {
    const larger = new Uint8Array(2 * (start + length));
    larger.set(identifiers.bytes.subarray(0, start));
    identifiers.bytes = larger;
  }
  return start;
}

export function storeIdentifier(rows: BlockRows, text: string): void {
  const bytes = Buffer.from(text);
  const start = makeRoom(rows, bytes.length);
  rows.identifiers.bytes.set(bytes, start);
  rows.identifiers.ends[rows.count] = start + bytes.length;
}

/** Accepts the row that is being read. */
export function endRow(rows: BlockRows, rowNumber: number, start: number, end: number): void {
  const { count, notes, plan } = rows;
  rows.rowNumbers[count] = rowNumber;
  rows.starts[count] = start;
  rows.lengths[count] = end - start;
  rows.noted[count] = notes.isNoted() || plan.absent.length > 0 ? 1 : 0;
  notes.endRow(count);
  rows.count++;
}

export function finishBlock(rows: BlockRows, raw: RawBlock): TypedBlock {
  const { count, plan } = rows;
  const noteCodes = rows.notes.finish(count);
  return {
    bytes: raw.bytes,
    offset: raw.offset,
    rowCount: count,
    rowNumbers: rows.rowNumbers.subarray(0, count),
    starts: rows.starts.subarray(0, count),
    lengths: rows.lengths.subarray(0, count),
    isPlain: rows.isPlain.subarray(0, count),
    identifiers: finishText(rows.identifiers, count),
    monthlyValue: rows.monthlyValue.subarray(0, count),
    inputs: plan.features.map((_, j) => inputColumn(rows, j)),
    table: { rowCount: count, columns: plan.features.map((_, j) => tableColumn(rows, j)) },
    noted: rows.noted.subarray(0, count),
    notes: createNoteWords(noteCodes, plan.renamingOrder),
    noteCodes,
    rejects: rows.rejects,
    encoded: null,
    recordCount: raw.recordCount,
    next: raw.offset + raw.bytes.length,
  };
}

function finishText({ bytes, ends }: GrowingText, count: number): TextColumn {
  return { bytes: bytes.subarray(0, ends[count - 1] ?? 0), ends: ends.subarray(0, count) };
}

function inputColumn({ inputs, others, count }: BlockRows, j: number): InputColumn {
  const values = inputs[j]!.subarray(0, count);
  return values instanceof Float64Array
    ? { kind: 'number', values }
    : { kind: 'level', codes: values, others: [...others[j]!.keys()] };
}

function tableColumn({ table, plan, count }: BlockRows, j: number): Column {
  const { name, levels } = plan.features[j]!;
  const values = table[j]!.subarray(0, count);
  return values instanceof Float64Array
    ? { kind: 'number', name, values }
    : { kind: 'category', name, levels, codes: values };
}
