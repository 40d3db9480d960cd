/**
 * Looks at a zip archive's table of contents before anything unpacks it: a few kilobytes can claim gigabytes.
 * Format: PKWARE's APPNOTE 6.3, 4.3.12 (central directory) and 4.3.16 (its end).
 */
import { AppError } from '../../errors.ts';

const limits = { entries: 10_000, bytes: 500 * 1024 * 1024, ratio: 500, smallEnough: 20 * 1024 * 1024 };
const [endSignature, entrySignature] = [0x06054b50, 0x02014b50];

/** The names in the archive. @throws AppError 415 when it is broken, 422 when it would unpack to too much */
export function checkArchive(bytes: Buffer): string[] {
  const end = findEnd(bytes);
  const count = bytes.readUInt16LE(end + 10);
  if (count > limits.entries) throw tooMuch();
  const names: string[] = [];
  let at = bytes.readUInt32LE(end + 16);
  let unpacked = 0;
  for (let entry = 0; entry < count; entry++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== entrySignature) throw broken();
    if ((bytes.readUInt16LE(at + 8) & 1) === 1)
      throw new AppError(
        415,
        'encrypted',
        'This workbook is protected by a password. Save it without one, then upload that.',
      );
    const [packed, size] = [bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24)];
    unpacked += size;
    if (unpacked > limits.bytes || (size > limits.smallEnough && size > packed * limits.ratio))
      throw tooMuch();
    const nameLength = bytes.readUInt16LE(at + 28);
    names.push(bytes.toString('utf8', at + 46, at + 46 + nameLength));
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return names;
}

/** The end record stands in the last 64 KB, before a comment of unknown length. */
function findEnd(bytes: Buffer): number {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 65_557); at--)
    if (bytes.readUInt32LE(at) === endSignature) return at;
  throw broken();
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
    'This workbook unpacks to more than 500 MB. Save the sheet as CSV, then upload that.',
  );
}
