/**
 * Prepares an uploaded file for reading by position: converts it to UTF-8 without a byte order mark, detects delimiter,
 * decimal sign and header, and counts the records. Reports everything that makes the whole file unusable.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../errors.ts';
import { countText } from '../../format.ts';
import type { CsvFormat, ReadingChoice } from '../../store/batch-documents.ts';
import { findDialect } from './dialect.ts';
import type { Dialect } from './dialect.ts';
import { findEncoding, refuseOtherFormats } from './encoding.ts';
import type { Encoding, EncodingFinding } from './encoding.ts';
import { isSeparatedBySpaces, separateByTabs } from './whitespace.ts';
import { askAboutFirstLine, namesFor } from './first-line.ts';
import type { FirstLine } from './first-line.ts';
import {
  createRecordSplitter,
  EndlessRecordError,
  isBlankRecord,
  isBlankRow,
  readRecord,
} from './records.ts';

export type { CsvFormat, ReadingChoice } from '../../store/batch-documents.ts';

export interface CsvIntake {
  readonly format: CsvFormat;
  readonly header: readonly string[];
  /** Records without the header and without blank lines and rows. */
  readonly rowCount: number;
  /** Rows whose cells are all empty; lines without anything are not counted at all. */
  readonly blankCount: number;
  /** SHA-256 of the bytes as they were uploaded, hexadecimal. */
  readonly sha256: string;
  readonly byteSize: number;
}

export const maxColumns = 2_000;

/** The part of a choice that concerns CSV files. */
export type CsvChoice = Pick<ReadingChoice, 'delimiter' | 'decimal' | 'encoding'>;

const chunkBytes = 1 << 20;
const sampleBytes = 1 << 18;

/**
 * Examines the file and replaces it by its UTF-8 form.
 * @throws AppError 415 for other kinds of files, 422 for a CSV that cannot be used, in words, or whose first line
 * only a person can tell to be names or data: `firstLine` is the answer.
 */
export async function takeInCsv(
  path: string,
  firstLine: FirstLine | null = null,
  choice: CsvChoice = {},
): Promise<CsvIntake> {
  const head = await readHead(path, 4096);
  if (head.length === 0) throw unusable('The file is empty.');
  refuseOtherFormats(head);
  const finding = await encodingOf(path, head, choice);
  const { sha256, byteSize } = await normalise(path, finding);
  const { sample: found, dialect, wasSpaced } = await divideIntoCells(path, choice);
  if (firstLine === null) askFirst(found, dialect);
  const sample = firstLine === 'data' ? await nameColumns(path, found, dialect) : found;
  const header = readHeader(sample, dialect);
  const { rowCount, blankCount } = await countRows(path, dialect);
  if (rowCount === 0) throw unusable('The file has a header but no rows.');
  const remarks = [...remarksOnNames(header), ...remarksOnBlanks(blankCount)];
  const format = {
    ...dialect,
    encoding: finding.encoding,
    notes: [...notesOn(finding.encoding, dialect, wasSpaced), ...remarks],
    remarks,
    firstLine: firstLine ?? 'names',
    ...(wasSpaced && { isSpaced: true }),
  };
  return { format, header, rowCount, blankCount, sha256, byteSize };
}

async function encodingOf(path: string, head: Buffer, { encoding }: CsvChoice): Promise<EncodingFinding> {
  const found = await findEncoding(path, head);
  return encoding === undefined || found.bomLength > 0 ? found : { encoding, bomLength: 0 };
}

/** Finds the delimiter; a file with runs of spaces for one is rewritten with tabs. */
async function divideIntoCells(
  path: string,
  { delimiter: chosen, decimal: chosenDecimal }: CsvChoice,
): Promise<{ readonly sample: Buffer; readonly dialect: Dialect; readonly wasSpaced: boolean }> {
  let sample = await readHead(path, sampleBytes);
  const known = {
    ...(chosen !== undefined && chosen !== ' ' && { delimiter: chosen }),
    ...(chosenDecimal !== undefined && { decimal: chosenDecimal }),
  };
  const { width, ...found } = findDialect(sample, sample.length < sampleBytes, known);
  const isSpaced =
    chosen === ' ' ||
    (chosen === undefined && width <= 1 && isSeparatedBySpaces(sample, sample.length < sampleBytes));
  if (!isSpaced) return { sample, dialect: found, wasSpaced: false };
  await separateByTabs(path);
  sample = await readHead(path, sampleBytes);
  const { delimiter, decimal } = findDialect(sample, sample.length < sampleBytes, {
    ...known,
    delimiter: '\t',
  });
  return { sample, dialect: { delimiter, decimal }, wasSpaced: true };
}

async function readHead(path: string, length: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Rewrites the file as UTF-8 without BOM where it is not that already, hashing the original on the way. */
async function normalise(
  path: string,
  { encoding, bomLength }: EncodingFinding,
): Promise<{ sha256: string; byteSize: number }> {
  const hash = createHash('sha256');
  const isAsItShouldBe = encoding === 'utf-8' && bomLength === 0;
  const target = isAsItShouldBe ? null : await open(`${path}.utf8`, 'w', 0o600);
  let byteSize = 0;
  try {
    const decoder = new TextDecoder(encoding, { ignoreBOM: true });
    for await (const chunk of createReadStream(path, {
      highWaterMark: chunkBytes,
    }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      const text = byteSize === 0 ? chunk.subarray(bomLength) : chunk;
      byteSize += chunk.length;
      // Bad bytes of a UTF-8 file are kept: only their rows will be rejected.
      await target?.writeFile(encoding === 'utf-8' ? text : decoder.decode(text, { stream: true }));
    }
    if (target && encoding !== 'utf-8') await target.writeFile(decoder.decode());
    await target?.sync();
  } catch (error) {
    await target?.close();
    await rm(`${path}.utf8`, { force: true });
    throw error;
  }
  if (target) {
    await target.close();
    await rename(`${path}.utf8`, path);
  }
  return { sha256: hash.digest('hex'), byteSize };
}

function readHeader(sample: Buffer, { delimiter }: Dialect): string[] {
  let first;
  try {
    first = createRecordSplitter(delimiter)
      .split(sample, 0, sample.length < sampleBytes)
      .find((span) => !isBlankRecord(span));
  } catch (error) {
    if (error instanceof EndlessRecordError) throw unclosedQuote(error);
    throw error;
  }
  const end = first?.end ?? sample.length;
  if (countDelimiters(sample.subarray(first?.start ?? 0, end), delimiter) >= maxColumns) {
    throw unusable(
      `The header has more than ${countText(maxColumns)} columns. Remove columns that do not describe the customer.`,
    );
  }
  if (!first) throw unusable('No line end was found in the first part of the file, so it has no rows.');
  const reading = readRecord(sample.subarray(first.start, first.end), delimiter, null);
  if (!reading.ok) throw unusable(`The header cannot be read: it has ${reading.found}.`);
  const header = reading.cells.map((name) => name.trim());
  const duplicates = [...new Set(header.filter((name, i) => name !== '' && header.indexOf(name) !== i))];
  if (duplicates.length > 0)
    throw unusable(
      `These columns occur more than once in the header: ${duplicates.slice(0, 20).join(', ')}. Give each its own name.`,
    );
  if (header.every((name) => name === ''))
    throw unusable('The first line names no columns. It must be the header.');
  return header;
}

function askFirst(sample: Buffer, { delimiter, decimal }: Dialect): void {
  try {
    askAboutFirstLine(sample, sample.length < sampleBytes, delimiter, decimal);
  } catch (error) {
    // Reading the header reports the problem of such a file.
    if (!(error instanceof EndlessRecordError)) throw error;
  }
}

/** Puts a line of names before the others, unless that was done in an attempt before. */
async function nameColumns(path: string, sample: Buffer, { delimiter }: Dialect): Promise<Buffer> {
  const first = createRecordSplitter(delimiter)
    .split(sample, 0, sample.length < sampleBytes)
    .find((span) => !isBlankRecord(span));
  if (!first) return sample;
  const reading = readRecord(sample.subarray(first.start, first.end), delimiter, null);
  const names = namesFor(reading.cells.length);
  if (isDeepStrictEqual(reading.cells, names)) return sample;
  const written = `${path}.named`;
  await pipeline(
    async function* () {
      yield `${names.join(delimiter)}\n`;
      yield* createReadStream(path, { highWaterMark: chunkBytes });
    },
    createWriteStream(written, { mode: 0o600 }),
  );
  await rename(written, path);
  return readHead(path, sampleBytes);
}

function countDelimiters(bytes: Buffer, delimiter: string): number {
  let count = 0;
  for (const byte of bytes) if (byte === delimiter.charCodeAt(0)) count++;
  return count;
}

async function countRows(
  path: string,
  { delimiter }: Dialect,
): Promise<{ readonly rowCount: number; readonly blankCount: number }> {
  const splitter = createRecordSplitter(delimiter);
  let rest: Buffer = Buffer.alloc(0);
  let records = 0;
  let blankCount = 0;
  const take = (isLast: boolean): void => {
    const spans = splitter.split(rest, 0, isLast);
    for (const span of spans) {
      if (isBlankRecord(span)) continue;
      // The first record is the header, whatever it holds.
      if (records > 0 && isBlankRow(rest.subarray(span.start, span.end), delimiter)) blankCount++;
      else records++;
    }
    rest = rest.subarray(spans.at(-1)?.next ?? 0);
  };
  try {
    for await (const chunk of createReadStream(path, {
      highWaterMark: chunkBytes,
    }) as AsyncIterable<Buffer>) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      take(false);
    }
    take(true);
  } catch (error) {
    if (error instanceof EndlessRecordError) throw unclosedQuote(error);
    throw error;
  }
  return { rowCount: Math.max(0, records - 1), blankCount };
}

function notesOn(encoding: Encoding, { delimiter, decimal }: Dialect, wasSpaced: boolean): string[] {
  const notes: string[] = [];
  if (encoding !== 'utf-8')
    notes.push(
      `The file is in ${encoding === 'windows-1252' ? 'Windows-1252' : encoding.toUpperCase()}; it was converted to UTF-8.`,
    );
  if (wasSpaced) notes.push('Cells are separated by spaces; they were replaced by tabs.');
  else if (delimiter !== ',')
    notes.push(
      `Cells are separated by ${{ ';': 'semicolons', '\t': 'tabs', '|': 'vertical bars' }[delimiter]}.`,
    );
  if (decimal === ',') notes.push('Numbers are written with a decimal comma.');
  return notes;
}

function remarksOnNames(header: readonly string[]): string[] {
  const unnamed = header.filter((name) => name === '').length;
  if (unnamed === 0) return [];
  return [`${unnamed === 1 ? 'One column has' : `${unnamed} columns have`} no name; kept, but not used.`];
}

function remarksOnBlanks(blankCount: number): string[] {
  if (blankCount === 0) return [];
  return [
    blankCount === 1
      ? 'One row has nothing but empty cells; it is skipped.'
      : `${countText(blankCount)} rows have nothing but empty cells; they are skipped.`,
  ];
}

function unclosedQuote(error: EndlessRecordError): AppError {
  return unusable(
    error.isQuoteOpen
      ? `A quotation mark opens in the record on line ${error.line} and is never closed. Close it, or remove it, and upload the file again.`
      : `The record that begins on line ${error.line} is longer than 8 MB. Is this a CSV file?`,
  );
}

function unusable(message: string): AppError {
  return new AppError(422, 'unusable-csv', message);
}
