/** A Parquet file as CSV, a stretch of rows at a time. */
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import type { AsyncBuffer, Compressors, FileMetaData, SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { AppError } from '../../../errors.ts';
import { countText } from '../../../format.ts';
import { maxColumns } from '../../csv/intake.ts';
import { findExcess, maxPageBytes } from './parquet-pages.ts';
import { asStored, textWriter } from './parquet-values.ts';
import { writeCsv } from './write-csv.ts';
import type { Checkpoint } from './write-csv.ts';

const maxRows = 100_000_000;
/**
 * Of what is unpacked and of the CSV: so many times the file, between these. Files of real customers stay far
 * below; a dictionary can name one long text for every row.
 */
const maxRatio = 200;
const unpackedBytes = { least: 100 * 1024 * 1024, most: 1024 * 1024 * 1024 };
/** Rows at once: so many cells, since a page is unpacked whole for each stretch that it has a part in. */
const cellsAtOnce = 1_000_000;
const rowsAtOnce = { least: 2_000, most: 100_000 };
const noCell = new Set(['BSON', 'INTERVAL', 'GEOMETRY', 'GEOGRAPHY', 'VARIANT']);

/** Writes the CSV to `target` and gives what a person should know. @throws AppError 422 with the reason */
export async function parquetToCsv(path: string, target: string, checkpoint?: Checkpoint): Promise<string[]> {
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file, { geoparquet: false });
    const { columns, leftOut } = columnsOf(metadata);
    const maxBytes = Math.min(unpackedBytes.most, Math.max(unpackedBytes.least, file.byteLength * maxRatio));
    checkSize(metadata, columns.length, maxBytes);
    const excess = await findExcess(file, metadata, new Set(columns.map(({ name }) => name)), maxBytes);
    if (excess !== null) throw unusable(excess);
    await writeCsv(target, lines(file, metadata, columns), checkpoint, maxBytes);
    const left =
      leftOut.length === 0
        ? ''
        : `These columns have lists, records or shapes and were left out: ${leftOut.join(', ')}.`;
    return ['The file is a Parquet table.', left].filter(Boolean);
  } catch (error) {
    // Errors of the disk have a code; anything else the reader throws is caused by the bytes.
    if (error instanceof AppError || (error instanceof Error && 'code' in error && 'syscall' in error))
      throw error;
    throw unusable('It is incomplete or damaged, or uses an unsupported compression.');
  }
}

/** Columns with one value a row, and those with more inside. */
function columnsOf(metadata: FileMetaData): { columns: SchemaElement[]; leftOut: string[] } {
  const columns: SchemaElement[] = [];
  const leftOut: string[] = [];
  for (const { children, element } of parquetSchema(metadata).children) {
    const kinds = [element.converted_type, element.logical_type?.type].map(String);
    const isCell =
      children.length === 0 &&
      element.repetition_type !== 'REPEATED' &&
      !kinds.some((kind) => noCell.has(kind));
    if (isCell) columns.push(element);
    else leftOut.push(element.name);
  }
  return { columns, leftOut };
}

function checkSize(
  { num_rows: rows, row_groups: groups }: FileMetaData,
  columns: number,
  maxBytes: number,
): void {
  if (columns === 0) throw unusable('It has no column with one value a row.');
  if (rows > maxRows || columns > maxColumns)
    throw unusable(
      `It has ${countText(Number(rows))} rows and ${countText(columns)} columns, which is more than can be read here.`,
    );
  // Each cell takes a comma or the end of a line at least.
  if (Number(rows) * columns > maxBytes)
    throw unusable('It claims far more cells than a file of its size holds.');
  const inGroups = groups.reduce((sum, group) => sum + group.num_rows, 0n);
  if (inGroups !== rows) throw new Error('The groups and the file differ in the number of rows');
}

async function* lines(
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: readonly SchemaElement[],
): AsyncGenerator<string[]> {
  yield columns.map(({ name }) => name);
  const writers = columns.map(textWriter);
  const stored = { ...metadata, schema: metadata.schema.map(asStored) };
  const step = Math.min(
    rowsAtOnce.most,
    Math.max(rowsAtOnce.least, Math.floor(cellsAtOnce / columns.length)),
  );
  const total = Number(metadata.num_rows);
  for (let start = 0; start < total; start += step) {
    const range = { rowStart: start, rowEnd: Math.min(total, start + step) };
    for (const row of await readRows(file, stored, columns, range))
      yield row.map((value, j) => {
        // The reader gives null for no value; undefined is a page that ended early.
        if (value === undefined) throw new Error('A column has fewer values than the file has rows');
        return writers[j]!(value);
      });
  }
}

async function readRows(
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: readonly SchemaElement[],
  { rowStart, rowEnd }: { readonly rowStart: number; readonly rowEnd: number },
): Promise<unknown[][]> {
  let rows: unknown[][] = [];
  await parquetRead({
    file,
    metadata,
    columns: columns.map(({ name }) => name),
    rowStart,
    rowEnd,
    rowFormat: 'array',
    utf8: false,
    compressors: carefully(compressors),
    parsers: { jsonFromBytes: (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8') },
    onComplete: (read: unknown[][]) => {
      rows = read;
    },
  });
  if (rows.length !== rowEnd - rowStart) throw new Error('The file has fewer rows than it states');
  return rows;
}

/** None of them unpacks a page that claims to be huge. */
function carefully(unpackers: Compressors): Compressors {
  const guarded = Object.entries(unpackers).map(([codec, unpack]) => [
    codec,
    (input: Uint8Array, length: number): Uint8Array => {
      if (!(length <= maxPageBytes)) throw unusable('Some of its pages are larger than 256 MB.');
      return unpack(input, length);
    },
  ]);
  return Object.fromEntries(guarded) as Compressors;
}

function unusable(reason: string): AppError {
  return new AppError(
    422,
    'unusable-parquet',
    `This Parquet file cannot be read. ${reason} Save the table as CSV, then upload that.`,
  );
}
