/** Detects the encoding of a file from all its bytes. */
import { isAscii, isUtf8 } from 'node:buffer';
import { AppError } from '../../errors.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

export interface EncodingFinding {
  readonly encoding: Encoding;
  /** Bytes of the byte order mark at the start. */
  readonly bomLength: number;
}

/** Signatures of files that are not CSV. */
const signatures: readonly (readonly [string, readonly number[]])[] = [
  ['an Excel workbook or a zip archive', [0x50, 0x4b, 0x03, 0x04]],
  ['a zip archive', [0x50, 0x4b, 0x05, 0x06]],
  ['an old Excel workbook', [0xd0, 0xcf, 0x11, 0xe0]],
  ['a PNG picture', [0x89, 0x50, 0x4e, 0x47]],
  ['a JPEG picture', [0xff, 0xd8, 0xff]],
  ['a GIF picture', [0x47, 0x49, 0x46, 0x38]],
  ['a PDF document', [0x25, 0x50, 0x44, 0x46]],
  ['a gzip archive', [0x1f, 0x8b]],
  ['a Parquet file', [0x50, 0x41, 0x52, 0x31]],
  // Its header begins with so much text that it would pass for a text file.
  ['a Holdfast model', [0x48, 0x4f, 0x4c, 0x44, 0x46, 0x41, 0x53, 0x54]],
];

/** @throws AppError 415 with how to get a CSV, when the bytes are some other kind of file. */
export function refuseOtherFormats(head: Uint8Array): void {
  const found = signatures.find(([, signature]) => signature.every((byte, i) => head[i] === byte));
  const kind = found?.[0] ?? (looksBinary(head) ? 'a binary file' : null);
  if (kind === null) return;
  throw new AppError(
    415,
    'not-csv',
    `This file is ${kind}, not a table, regardless of its name. Open it in the program that created it and save it as CSV (in Excel: File, Save as, CSV UTF-8), then upload that.`,
  );
}

/** What the first bytes say; null: all bytes are needed to know (`createTextTest`). */
export function encodingOfHead(head: Uint8Array): EncodingFinding | null {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', bomLength: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', bomLength: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', bomLength: 2 };
  const zeros = zeroPositions(head);
  if (zeros.odd > head.length / 8 && zeros.even === 0) return { encoding: 'utf-16le', bomLength: 0 };
  if (zeros.even > head.length / 8 && zeros.odd === 0) return { encoding: 'utf-16be', bomLength: 0 };
  return null;
}

export interface TextTest {
  /** The next bytes of the file; no character may be cut at their ends. */
  add: (bytes: Buffer) => void;
  encoding: () => Encoding;
}

/**
 * UTF-8 where the text beyond ASCII is that, a few bad bytes excepted: those rows are refused one by one. A file
 * whose every byte beyond ASCII stands alone is Windows-1252.
 */
export function createTextTest(): TextTest {
  let good = 0;
  let bad = 0;
  return {
    add: (bytes) => {
      if (isAscii(bytes)) return;
      if (bad === 0 && isUtf8(bytes)) {
        good++;
        return;
      }
      for (let i = 0; i < bytes.length;) {
        const length = characterLength(bytes, i);
        if (length === 0) bad++;
        else if (length > 1) good++;
        i += Math.max(1, length);
      }
    },
    encoding: () => (bad === 0 || good > bad ? 'utf-8' : 'windows-1252'),
  };
}

/** Bytes of the UTF-8 character at `i`, 1 for ASCII, 0 when there is none. */
function characterLength(bytes: Uint8Array, i: number): number {
  const byte = bytes[i]!;
  if (byte < 0x80) return 1;
  const length =
    byte >= 0xf0 && byte < 0xf5 ? 4 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xc2 && byte < 0xe0 ? 2 : 0;
  for (let k = 1; k < length; k++) if ((bytes[i + k] ?? 0) >> 6 !== 2) return 0;
  return length;
}

function zeroPositions(head: Uint8Array): { odd: number; even: number } {
  const counts = { odd: 0, even: 0 };
  for (let i = 0; i < head.length; i++) if (head[i] === 0) counts[i % 2 === 0 ? 'even' : 'odd']++;
  return counts;
}

/** Many control characters that no text has; UTF-16 has NUL, which is not one of them. */
function looksBinary(head: Uint8Array): boolean {
  let odd = 0;
  for (const byte of head)
    if ((byte < 0x20 && byte !== 0 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 0x7f) odd++;
  return odd > head.length / 50;
}
