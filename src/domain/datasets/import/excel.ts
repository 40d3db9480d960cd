/** The first sheet of an Excel workbook as CSV. */
import { readFile } from 'node:fs/promises';
import { readSheet } from 'read-excel-file/node';
import { AppError } from '../../../errors.ts';
import { isoText } from './iso-text.ts';
import { checkWorkbook, notAWorkbook } from './workbook.ts';
import { writeCsv } from './write-csv.ts';
import type { Checkpoint } from './write-csv.ts';

/** Excel's day 0: a time of the day without a date stands on it. */
const dayZero = Date.UTC(1899, 11, 30);
const dayMs = 86_400_000;

/** Writes the CSV to `target` and gives what a person should know. @throws AppError 415 or 422 in words */
export async function excelToCsv(path: string, target: string, checkpoint?: Checkpoint): Promise<string[]> {
  const bytes = await readFile(path);
  const names = await checkWorkbook(bytes);
  const sheet: unknown[][] = await readSheet(bytes, 1, { trim: false }).catch(() => {
    throw notAWorkbook();
  });
  let width = 0;
  for (const row of sheet) width = Math.max(width, row.length);
  if (!sheet.some(isFilled))
    throw new AppError(422, 'empty-sheet', 'The first sheet of the workbook is empty.');
  await writeCsv(target, lines(sheet, width), checkpoint);
  const several =
    names.length > 1
      ? `The workbook has ${names.length} sheets; the first, ‘${names[0]!}’, was read. To use another, save it as a workbook of its own.`
      : `The sheet ‘${names[0] ?? ''}’ was read, the only one.`;
  return ['The file is an Excel workbook.', several].filter(Boolean);
}

function* lines(sheet: readonly (readonly unknown[])[], width: number): Generator<string[]> {
  for (const row of sheet)
    if (isFilled(row)) yield Array.from({ length: width }, (_, j) => textOf(row[j] ?? null));
}

function isFilled(row: readonly unknown[]): boolean {
  return row.some((cell) => cell !== null && cell !== '');
}

/** As Excel shows it without a format. Where a formula failed, the reader gives null. */
function textOf(cell: unknown): string {
  if (cell instanceof Date) return dateText(cell.getTime());
  if (typeof cell === 'boolean') return cell ? 'TRUE' : 'FALSE';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  return typeof cell === 'string' ? cell : '';
}

/** Excel counts fractions of a day, so that a full second may come as a millisecond less. */
function dateText(ms: number): string {
  const date = new Date(Math.round(ms / 1000) * 1000);
  const isTimeOnly = date.getTime() >= dayZero && date.getTime() < dayZero + dayMs;
  return isTimeOnly ? date.toISOString().slice(11, 19) : isoText(date);
}
