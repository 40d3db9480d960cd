/**
 * Prepares an uploaded file for reading by position: converts it to UTF-8 without a byte order mark, detects delimiter,
 * decimal sign and header, and counts the records. Reports everything that makes the whole file unusable.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../errors.ts';
import { countText } from '../../format.ts';
import type { CsvFormat, ReadingChoice } from '../../store/batch-documents.ts';
import { findDialect } from './dialect.ts';
import type { Dialect } from './dialect.ts';
import { encodingOfHead, refuseOtherFormats } from './encoding.ts';
import type { Encoding, EncodingFinding } from './encoding.ts';
import { isSeparatedBySpaces, separateByTabs } from './whitespace.ts';
import { askAboutFirstLine, namesFor } from './first-line.ts';
import type { FirstLine } from './first-line.ts';
import { createRecordSplitter, EndlessRecordError, isBlankRecord, readRecord } from './records.ts';
import type { Delimiter } from './records.ts';
import { countRows, surveyCsv } from './survey.ts';
import type { RowCount, Survey } from './survey.ts';

export type { CsvFormat, ReadingChoice } from '../../store/batch-documents.ts';

export interface CsvIntake extends RowCount {
  readonly format: CsvFormat;
  readonly header: readonly string[];
  /** SHA-256 of the bytes as they were uploaded, hexadecimal. */
  readonly sha256: string;
  readonly byteSize: number;
}

export const maxColumns = 2_000;

/** The part of a choice that concerns CSV files. */
export type CsvChoice = Pick<ReadingChoice, 'delimiter' | 'decimal' | 'encoding'>;

const chunkBytes = 1 << 20;
const sampleBytes = 1 << 18;
/** Enough to tell a table from other kinds of files. */
const kindBytes = 4096;

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
  const head = await readHead(path, sampleBytes);
  if (head.length === 0) throw unusable('The file is empty.');
  refuseOtherFormats(head.subarray(0, kindBytes));
  const { survey, finding, delimiter } = await look(path, head, choice);
  await normalise(path, finding);
  const { sample: found, dialect, wasSpaced } = await divideIntoCells(path, choice);
  if (firstLine === null) askFirst(found, dialect);
  const sample = firstLine === 'data' ? await nameColumns(path, found, dialect) : found;
  const header = readHeader(sample, dialect);
  const isSurveyed =
    finding.encoding === 'utf-8' && delimiter === dialect.delimiter && sample === found && !wasSpaced;
  const { rowCount, blankCount } = await rowsOf(
    isSurveyed ? survey.rows : countRows(path, dialect.delimiter),
  );
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
  const { sha256, byteSize } = survey;
  return { format, header, rowCount, blankCount, sha256, byteSize };
}

/**
 * Reads all bytes once, as if they were UTF-8 with the delimiter that the first of them show: nearly always they are, and
 * their rows are counted with that.
 */
async function look(
  path: string,
  head: Buffer,
  { encoding, ...known }: CsvChoice,
): Promise<{ readonly survey: Survey; readonly finding: EncodingFinding; readonly delimiter: Delimiter }> {
  const marked = encodingOfHead(head.subarray(0, kindBytes));
  const bomLength = marked?.bomLength ?? 0;
  const { delimiter } = findDialect(head.subarray(bomLength), head.length < sampleBytes, divisionOf(known));
  const survey = await surveyCsv(path, delimiter, bomLength);
  const found = marked ?? { encoding: survey.encoding, bomLength };
  const finding = encoding === undefined || bomLength > 0 ? found : { encoding, bomLength };
  return { survey, finding, delimiter };
}

/** What is known of the delimiter and the decimal sign; runs of spaces are no delimiter yet. */
function divisionOf({ delimiter, decimal }: Omit<CsvChoice, 'encoding'>): Partial<Dialect> {
  return {
    ...(delimiter !== undefined && delimiter !== ' ' && { delimiter }),
    ...(decimal !== undefined && { decimal }),
  };
}

/** Finds the delimiter; a file with runs of spaces for one is rewritten with tabs. */
async function divideIntoCells(
  path: string,
  choice: Omit<CsvChoice, 'encoding'>,
): Promise<{ readonly sample: Buffer; readonly dialect: Dialect; readonly wasSpaced: boolean }> {
  let sample = await readHead(path, sampleBytes);
  const { delimiter: chosen } = choice;
  const known = divisionOf(choice);
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

/** Rewrites the file as UTF-8 without BOM where it is not that already. */
async function normalise(path: string, { encoding, bomLength }: EncodingFinding): Promise<void> {
  if (encoding === 'utf-8' && bomLength === 0) return;
  const written = `${path}.utf8`;
  const target = await open(written, 'w', 0o600);
  try {
    const decoder = new TextDecoder(encoding, { ignoreBOM: true });
    const source = createReadStream(path, { start: bomLength, highWaterMark: chunkBytes });
    for await (const chunk of source as AsyncIterable<Buffer>) {
      // Bad bytes of a UTF-8 file are kept: only their rows will be rejected.
      await target.writeFile(encoding === 'utf-8' ? chunk : decoder.decode(chunk, { stream: true }));
    }
    if (encoding !== 'utf-8') await target.writeFile(decoder.decode());
    await target.sync();
  } catch (error) {
    await target.close();
    await rm(written, { force: true });
    throw error;
  }
  await target.close();
  await rename(written, path);
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

async function rowsOf(found: Survey['rows'] | Promise<RowCount>): Promise<RowCount> {
  try {
    const rows = await found;
    if (rows instanceof EndlessRecordError) throw rows;
    return rows;
  } catch (error) {
    if (error instanceof EndlessRecordError) throw unclosedQuote(error);
    throw error;
  }
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
