/** Erasing a customer from the CSV files of a batch, in place: their rows become blank, which every reader skips. */
import { closeSync, existsSync, fdatasyncSync, openSync, readSync, writeSync } from 'node:fs';
import { recordsOf } from '../csv/file-records.ts';
import { readRecord } from '../csv/records.ts';
import type { Delimiter } from '../csv/records.ts';
import { maxIdentifierLength } from '../scoring/one-customer.ts';

interface Erased {
  readonly customerId: string;
  /** Of the column that identifies customers. */
  readonly place: number;
  readonly delimiter: Delimiter;
}

const space = 0x20;
const searchBytes = 8 << 20;

/** Overwrites the customer's records with spaces, so that all others stay where they are. Gives how many. */
export function eraseRecords(path: string, erased: Erased): number {
  if (!mayContain(path, erased.customerId)) return 0;
  const spots = findRecords(path, erased);
  if (spots.length === 0) return 0;
  const file = openSync(path, 'r+');
  try {
    for (const { offset, length } of spots) writeSync(file, Buffer.alloc(length, space), 0, length, offset);
    fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
  return spots.length;
}

function findRecords(path: string, { customerId, place, delimiter }: Erased) {
  const spots: { readonly offset: number; readonly length: number }[] = [];
  const needle = needleOf(customerId);
  let isHeader = true;
  for (const { offset, bytes } of recordsOf(path, delimiter)) {
    const isRow = !isHeader && bytes.includes(needle);
    isHeader = isHeader && bytes.length === 0;
    if (isRow && isCustomer(readRecord(bytes, delimiter, null).cells[place], customerId))
      spots.push({ offset, length: bytes.length });
  }
  return spots;
}

/** In result files an identifier that a spreadsheet would take for a formula begins with an apostrophe. */
function isCustomer(cell: string | undefined, customerId: string): boolean {
  const idOf = (text: string): string => text.trim().slice(0, maxIdentifierLength);
  return cell !== undefined && (idOf(cell) === customerId || idOf(cell.replace(/^'/, '')) === customerId);
}

/** Files of other customers are only searched, not read: that takes a tenth of the time. */
function mayContain(path: string, customerId: string): boolean {
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
