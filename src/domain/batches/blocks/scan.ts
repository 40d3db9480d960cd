/**
 * Reads a block of bytes into columns, in one pass: cells are located and hashed, levels found by the hash of their
 * bytes, numbers computed from their digits. A cell that is not as simple as that is read carefully from its text; a row
 * that is not goes the careful way as a whole, which is the same as that of a customer typed into the form.
 */
import { isUtf8 } from 'node:buffer';
import { isBlank, parseNumber } from '../../../ml/data/values.ts';
import { afterLineEnd, findRecordEnd, maxCellLength, mayBeBlank, refuseEndless } from '../../csv/records.ts';
import { largestAmount } from '../../scoring/customer-reading.ts';
import type { ArrayMemory } from '../../../spare-memory.ts';
import { identifierLength, identifierOf } from '../rows.ts';
import type { BlockPlan } from './block-plan.ts';
import { createBlockRows, endRow, finishBlock, makeRoom, storeCell, storeIdentifier } from './block-rows.ts';
import type { BlockRows } from './block-rows.ts';
import {
  begins,
  carriageReturn,
  classesOf,
  endsLine,
  formulaBegin,
  lineFeed,
  ordinary,
  quote,
  quotedBegin,
  separates,
} from './bytes.ts';
import { readRowCarefully } from './careful-row.ts';
import { useKinds } from './column-uses.ts';
import { isFormula, plainDate, plainNumber } from './plain-cells.ts';
import { hashStart, hashStep } from './spellings.ts';
import type { RawBlock, TypedBlock } from './typed-block.ts';

/** In place of a row's end: it has to be read carefully. */
const notSimple = -1;

/**
 * The rows of a block; the header is none of them (`readBlocks` begins behind it). With `memory` the block before it is
 * not to be used any more.
 */
export function readBlock(plan: BlockPlan, raw: RawBlock, memory?: ArrayMemory): TypedBlock {
  const { bytes } = raw;
  const rows = createBlockRows(plan, raw.recordCount, memory);
  const separator = plan.delimiter.charCodeAt(0);
  const classes = classesOf(separator, isUtf8(bytes));
  const scanned = plan.isEveryRowRefused ? 0 : lastLineEnd(bytes);
  let rowNumber = raw.records;
  for (let start = 0; start < bytes.length;) {
    rowNumber++;
    let end = start < scanned ? scanRow(rows, bytes, classes, start) : notSimple;
    if (end === notSimple) {
      rows.notes.dropRow();
      end = findRecordEnd(bytes, start, separator, true);
      if (end < 0) refuseEndless(bytes.length - start, end, true, rowNumber);
      readRowCarefully(rows, bytes, { rowNumber, start, end });
    } else endRow(rows, rowNumber, start, end);
    start = afterLineEnd(bytes, end);
  }
  return finishBlock(rows, raw);
}

/** Beyond it a run of bytes could leave the block. */
function lastLineEnd(bytes: Buffer): number {
  return 1 + Math.max(bytes.lastIndexOf(lineFeed), bytes.lastIndexOf(carriageReturn));
}

/**
 * Reads the row that begins at `start` and returns where it ends. Every byte of an upload passes through here: cells are
 * neither sliced nor described by objects.
 */
function scanRow(rows: BlockRows, bytes: Buffer, classes: Uint8Array, start: number): number {
  const { columnCount, first, next } = rows.plan.uses;
  let at = start;
  let isPlain = 1;
  if (mayBeBlank(bytes, start, rows.separator)) return notSimple;
  for (let column = 0; column < columnCount; column++) {
    const begin = begins[bytes[at]!];
    let hash = hashStart;
    let from = at;
    let to;
    if (begin === quotedBegin) {
      isPlain = 0;
      from = ++at;
      while (classes[bytes[at]!]! <= separates) hash = hashStep(hash, bytes[at++]!);
      if (bytes[at] !== quote) return notSimple;
      to = at++;
    } else {
      while (classes[bytes[at]!] === ordinary) hash = hashStep(hash, bytes[at++]!);
      to = at;
      if (begin === formulaBegin && isFormula(bytes, from, to)) isPlain = 0;
    }
    const expected = column + 1 < columnCount ? separates : endsLine;
    if (classes[bytes[at]!] !== expected) return notSimple;
    for (let use = first[column]!; use >= 0; use = next[use]!)
      if (!storeUse(rows, bytes, use, from, to, hash)) return notSimple;
    at++;
  }
  const end = at - 1;
  rows.isPlain[rows.count] = isPlain;
  return end - start <= maxCellLength && storeAmount(rows) ? end : notSimple;
}

/** Writes a cell to where it belongs; false: the row has to be read carefully. `hash`: of its bytes. */
function storeUse(
  rows: BlockRows,
  bytes: Buffer,
  use: number,
  from: number,
  to: number,
  hash: number,
): boolean {
  const { kind, feature } = rows.plan.uses;
  switch (kind[use]) {
    case useKinds.level:
      return storeLevel(rows, bytes, feature[use]!, from, to, hash);
    case useKinds.number: {
      const value = plainNumber(bytes, from, to, rows.decimal);
      return (
        storeNumber(rows, value, feature[use]!) || storeSpelling(rows, bytes, feature[use]!, from, to, hash)
      );
    }
    case useKinds.date: {
      const value = plainDate(bytes, from, to);
      return (
        storeNumber(rows, value, feature[use]!) || storeSpelling(rows, bytes, feature[use]!, from, to, hash)
      );
    }
    case useKinds.identifier:
      return copyIdentifier(rows, bytes, from, to);
    case useKinds.amount:
    case undefined:
      break;
  }
  return storeTextAmount(rows, bytes, from, to);
}

function storeLevel(
  rows: BlockRows,
  bytes: Buffer,
  feature: number,
  from: number,
  to: number,
  hash: number,
): boolean {
  const { spellings } = rows.plan;
  const id = spellings.find(feature, hash, bytes, from, to);
  const code = id < 0 ? -1 : spellings.codes[id]!;
  if (code < 0) return storeSpelling(rows, bytes, feature, from, to, hash);
  rows.inputs[feature]![rows.count] = code;
  rows.table[feature]![rows.count] = code;
  return true;
}

/** False: it is NaN, or outside of the feature's limits. */
function storeNumber({ plan, inputs, table, count }: BlockRows, value: number, feature: number): boolean {
  if (!(value >= plan.lows[feature]! && value <= plan.highs[feature]!)) return false;
  inputs[feature]![count] = value;
  table[feature]![count] = value;
  return true;
}

/** A cell that was read carefully once is known by its spelling from then on. */
function storeSpelling(
  rows: BlockRows,
  bytes: Buffer,
  feature: number,
  from: number,
  to: number,
  hash: number,
): boolean {
  const { spellings, readers } = rows.plan;
  const id = spellings.find(feature, hash, bytes, from, to);
  if (id >= 0) return storeCell(rows, spellings.cells[id]!);
  const cell = readers[feature]!(bytes.toString('utf8', from, to));
  spellings.keep(cell, hash, bytes, from, to);
  return storeCell(rows, cell);
}

/** Most identifiers have nothing to trim and nothing to cut. */
function copyIdentifier(rows: BlockRows, bytes: Buffer, from: number, to: number): boolean {
  const length = to - from;
  const isSimple =
    length <= identifierLength && (length === 0 || (isInk(bytes[from]!) && isInk(bytes[to - 1]!)));
  if (isSimple) {
    const start = makeRoom(rows, length);
    const target = rows.identifiers.bytes;
    for (let k = 0; k < length; k++) target[start + k] = bytes[from + k]!;
    rows.identifiers.ends[rows.count] = start + length;
  } else storeIdentifier(rows, identifierOf(bytes.toString('utf8', from, to)));
  return true;
}

/** ASCII that is no white space. */
function isInk(byte: number): boolean {
  return byte > 0x20 && byte < 0x80;
}

/** The monthly revenue where it is no feature. */
function storeTextAmount(rows: BlockRows, bytes: Buffer, from: number, to: number): boolean {
  const simple = plainNumber(bytes, from, to, rows.decimal);
  const value = Number.isNaN(simple) ? textAmount(rows, bytes.toString('utf8', from, to)) : simple;
  if (value === null) return false;
  rows.monthlyValue[rows.count] = value;
  return !(Math.abs(value) > largestAmount);
}

/** NaN: it is not known; null: the text is no amount. */
function textAmount({ plan }: BlockRows, text: string): number | null {
  return isBlank(text) ? NaN : parseNumber(text, plan.decimal);
}

/** The monthly revenue where it is a feature. */
function storeAmount({ plan, inputs, monthlyValue, count }: BlockRows): boolean {
  if (plan.amountPlace < 0) return true;
  const amount = inputs[plan.amountPlace]![count]!;
  monthlyValue[count] = amount;
  return !(Math.abs(amount) > largestAmount);
}
