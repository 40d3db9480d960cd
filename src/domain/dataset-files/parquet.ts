/** A Parquet file as CSV, a stretch of rows at a time. */
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { AppError } from '../../errors.ts';
import { maxColumns } from '../csv/intake.ts';
import { writeCsv } from './write-csv.ts';

const rowsAtOnce = 20_000;
const maxRows = 100_000_000;

/** Writes the CSV to `target` and gives what a person should know. @throws AppError 422 in words */
export async function parquetToCsv(path: string, target: string): Promise<string[]> {
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const { flat, nested } = columnsOf(metadata);
    if (metadata.num_rows > maxRows || flat.length > maxColumns)
      throw unusable(
        `It has ${metadata.num_rows} rows and ${flat.length} columns, which is more than can be read here.`,
      );
    if (flat.length === 0) throw unusable('It has no column with one value a row.');
    await writeCsv(target, lines(file, metadata, flat));
    const left =
      nested.length === 0
        ? ''
        : `These columns hold lists or records and were left out: ${nested.join(', ')}.`;
    return ['The Parquet file was turned into CSV.', left].filter(Boolean);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw unusable('It is cut off or damaged, or packed in a way that is not known here.');
  }
}

/** Columns with one value a row, and those with more inside. */
function columnsOf(metadata: FileMetaData): { flat: string[]; nested: string[] } {
  const { children } = parquetSchema(metadata);
  const isFlat = (column: (typeof children)[number]) =>
    column.children.length === 0 && column.element.repetition_type !== 'REPEATED';
  return {
    flat: children.filter(isFlat).map(({ element }) => element.name),
    nested: children.filter((column) => !isFlat(column)).map(({ element }) => element.name),
  };
}

async function* lines(
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: string[],
): AsyncGenerator<string[]> {
  yield columns;
  const total = Number(metadata.num_rows);
  for (let rowStart = 0; rowStart < total; rowStart += rowsAtOnce) {
    const rowEnd = Math.min(total, rowStart + rowsAtOnce);
    const rows = await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, compressors });
    for (const row of rows) yield columns.map((name) => textOf(row[name]));
  }
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) {
    const iso = Number.isNaN(value.getTime()) ? '' : value.toISOString();
    return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.slice(0, 19).replace('T', ' ');
  }
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  if (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  return JSON.stringify(value);
}

function unusable(reason: string): AppError {
  return new AppError(
    422,
    'unusable-parquet',
    `This Parquet file cannot be read. ${reason} Save the table as CSV, then upload that.`,
  );
}
