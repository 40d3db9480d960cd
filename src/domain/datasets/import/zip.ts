/**
 * Checks a zip archive before anything else unpacks it: a few kilobytes can claim, or hide, gigabytes.
 * Format: PKWARE's APPNOTE 6.3, 4.3.7 (local header), 4.3.12 (central directory) and 4.3.16 (its end).
 */
import { inflateRawSync } from 'node:zlib';
import { AppError } from '../../../errors.ts';

const limits = {
  entries: 10_000,
  bytes: 500 * 1024 * 1024,
  ratio: 200,
  smallEnough: 50 * 1024 * 1024,
};
const [endSignature, entrySignature, localSignature] = [0x06054b50, 0x02014b50, 0x04034b50];
/** What may follow an entry's bytes: its sizes again, in 4 or 8 bytes each. */
const maxDescriptor = 24;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly hasDescriptor: boolean;
  readonly packed: number;
  readonly size: number;
  readonly start: number;
}

/**
 * Unpacks every entry once, one at a time, and gives it to `look`; so what is claimed is what is there.
 * @throws AppError 415 when the archive is broken or protected, 422 when it would unpack to too much
 */
export function checkArchive(bytes: Buffer, look: (name: string, content: Buffer) => void): void {
  const entries = readDirectory(bytes).sort((a, b) => a.start - b.start);
  // A reader of the stream goes from one local header to the next: there must be nothing else in between.
  let end = 0;
  for (const entry of entries) {
    if (entry.start < end || entry.start > end + (end === 0 ? 0 : maxDescriptor)) throw broken();
    const from = contentStart(bytes, entry);
    end = from + entry.packed;
    if (end > bytes.length) throw broken();
    look(entry.name, unpack(entry, bytes.subarray(from, end)));
  }
}

function readDirectory(bytes: Buffer): Entry[] {
  const end = findEnd(bytes);
  const count = bytes.readUInt16LE(end + 10);
  if (count > limits.entries) throw tooMuch();
  const entries: Entry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  let unpacked = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== entrySignature) throw broken();
    const nameLength = bytes.readUInt16LE(at + 28);
    const entry = readEntry(bytes, at, nameLength);
    unpacked += entry.size;
    const isDense = entry.size > limits.smallEnough && entry.size > entry.packed * limits.ratio;
    if (unpacked > limits.bytes || isDense) throw tooMuch();
    entries.push(entry);
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

/** The end record stands in the last 64 KB, before a comment of unknown length. */
function findEnd(bytes: Buffer): number {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 65_557); at--)
    if (bytes.readUInt32LE(at) === endSignature) return at;
  throw broken();
}

function readEntry(bytes: Buffer, at: number, nameLength: number): Entry {
  const flags = bytes.readUInt16LE(at + 8);
  if ((flags & 1) !== 0)
    throw new AppError(
      415,
      'encrypted',
      'This workbook is protected by a password. Save it without one, then upload that.',
    );
  return {
    name: bytes.toString('utf8', at + 46, at + 46 + nameLength),
    method: bytes.readUInt16LE(at + 10),
    hasDescriptor: (flags & 8) !== 0,
    packed: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    start: bytes.readUInt32LE(at + 42),
  };
}

/** @throws AppError 415 when the entry's own header says other than the table of contents */
function contentStart(bytes: Buffer, { start, method, hasDescriptor, packed, size }: Entry): number {
  if (start + 30 > bytes.length || bytes.readUInt32LE(start) !== localSignature) throw broken();
  const says = [8, 18, 22].map((at) =>
    at === 8 ? bytes.readUInt16LE(start + at) : bytes.readUInt32LE(start + at),
  );
  const isSame = says[0] === method && says[1] === packed && says[2] === size;
  const isLeftToDescriptor = hasDescriptor && says[0] === method && says[1] === 0 && says[2] === 0;
  if (!isSame && !isLeftToDescriptor) throw broken();
  return start + 30 + bytes.readUInt16LE(start + 26) + bytes.readUInt16LE(start + 28);
}

function unpack({ method, size }: Entry, packed: Buffer): Buffer {
  const content = method === 0 ? packed : method === 8 ? inflate(packed, size) : null;
  if (content?.length !== size) throw broken();
  return content;
}

/** Stops as soon as there is more than was claimed. */
function inflate(packed: Buffer, size: number): Buffer {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch {
    throw broken();
  }
}

function broken(): AppError {
  return new AppError(
    415,
    'broken-archive',
    'This file looks like an Excel workbook but is cut off or damaged. Save it again, then upload that.',
  );
}

function tooMuch(): AppError {
  return new AppError(
    422,
    'too-much',
    'This workbook unpacks to more than 500 MB, or to far more than a table of its size. Save the sheet as CSV, then upload that.',
  );
}
