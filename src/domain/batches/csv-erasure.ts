/** Erasing a customer from the CSV files of a batch, in place: their rows become blank, which every reader skips. */
import { closeSync, existsSync, fdatasyncSync, openSync, readSync, writeSync } from 'node:fs';
import { recordsOf } from '../csv/file-records.ts';
import { readRecord } from '../csv/records.ts';
import type { Delimiter } from '../csv/records.ts';
import { maxIdentifierLength } from '../scoring/one-customer.ts';

/** Which customer to look for, and how the file is to be read. */
export interface CustomerSearch {
  readonly customerId: string;
  /** Of columns that identify customers; none: every column may. */
  readonly places: readonly number[];
  readonly delimiter: Delimiter;
}

/** What the customer's records were. */
export interface ErasedRecords {
  /** As a spreadsheet counts, from 1. */
  readonly rows: readonly number[];
  /** What stood in their cells. */
  readonly cells: ReadonlySet<string>;
}

const none: ErasedRecords = { rows: [], cells: new Set() };

const space = 0x20;
const searchBytes = 8 << 20;

/** Overwrites the customer's records with spaces, so that all others stay where they are. */
export function eraseRecords(path: string, search: CustomerSearch): ErasedRecords {
  if (!mayContain(path, search.customerId)) return none;
  const spots = [...findRecords(path, search)];
  if (spots.length === 0) return none;
  const file = openSync(path, 'r+');
  try {
    for (const { offset, length } of spots) writeSync(file, Buffer.alloc(length, space), 0, length, offset);
    fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
  return { rows: spots.map(({ row }) => row), cells: new Set(spots.flatMap(({ cells }) => cells)) };
}

interface CustomerRecord {
  readonly offset: number;
  /** In bytes, without the line end. */
  readonly length: number;
  /** As a spreadsheet counts, from 1. */
  readonly row: number;
  readonly cells: readonly string[];
}

/** The customer's records in a prepared file. */
export function* findRecords(
  path: string,
  { customerId, places, delimiter }: CustomerSearch,
): Generator<CustomerRecord, undefined> {
  const needle = needleOf(customerId);
  let isHeader = true;
  let row = 0;
  for (const { offset, bytes } of recordsOf(path, delimiter)) {
    row++;
    const isRow = !isHeader && bytes.includes(needle);
    isHeader = isHeader && bytes.length === 0;
    if (!isRow) continue;
    const { cells } = readRecord(bytes, delimiter, null);
    const asked = places.length === 0 ? cells : places.map((place) => cells[place]);
    if (asked.some((cell) => isCustomer(cell, customerId)))
      yield { offset, length: bytes.length, row, cells: [...cells] };
  }
}

/** In result files an identifier that a spreadsheet would take for a formula begins with an apostrophe. */
function isCustomer(cell: string | undefined, customerId: string): boolean {
  const idOf = (text: string): string => text.trim().slice(0, maxIdentifierLength);
  return cell !== undefined && (idOf(cell) === customerId || idOf(cell.replace(/^'/, '')) === customerId);
}

/** Files of other customers are only searched, not read: that takes a tenth of the time. */
export function mayContain(path: string, customerId: string): boolean {
  if (!existsSync(path)) return false;
  const needle = needleOf(customerId);
  const file = openSync(path, 'r');
  try {
    const block = Buffer.allocUnsafe(searchBytes);
    for (let at = 0; ; at += searchBytes - needle.length) {
      const length = readSync(file, block, 0, searchBytes, at);
      if (block.subarray(0, length).includes(needle)) return true;
      if (length < searchBytes) return false;
    }
  } finally {
    closeSync(file);
  }
}

/** The longest part that a file holds as it is: quotation marks are doubled in it. */
function needleOf(customerId: string): Buffer {
  const parts = customerId.split('"').sort((a, b) => b.length - a.length);
  return Buffer.from(parts[0]!);
}
