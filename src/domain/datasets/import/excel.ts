/** A sheet of an Excel workbook as CSV. */
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

/** At most this many empty sheets at the front are skipped. */
const maxTried = 10;

/** The sheet that was read, among those of the workbook. */
export interface SheetFound {
  readonly index: number;
  readonly names: readonly string[];
}

type Rows = readonly (readonly unknown[])[];

/**
 * Writes the CSV of a sheet to `target`, of the first that is not empty where none is chosen.
 * @throws AppError 415 or 422 with the reason
 */
export async function excelToCsv(
  path: string,
  target: string,
  checkpoint?: Checkpoint,
  chosen?: number,
): Promise<{ readonly notes: readonly string[]; readonly sheet: SheetFound }> {
  const bytes = await readFile(path);
  const { rows, ...sheet } = await readFilledSheet(bytes, chosen);
  let width = 0;
  for (const row of rows) width = Math.max(width, row.length);
  await writeCsv(target, lines(rows, width), checkpoint);
  return { notes: notesOn(sheet), sheet };
}

async function readFilledSheet(
  bytes: Buffer,
  chosen?: number,
): Promise<SheetFound & { readonly rows: Rows }> {
  const first = chosen ?? 0;
  const last = chosen ?? maxTried - 1;
  for (let index = first; ; index++) {
    const names = await checkWorkbook(bytes, index);
    const rows: Rows = await readSheet(bytes, index + 1, { trim: false }).catch(() => {
      throw notAWorkbook();
    });
    if (rows.some(isFilled)) return { index, names, rows };
    if (index >= Math.min(last, names.length - 1)) throw emptySheet(names[index] ?? '');
  }
}

function emptySheet(name: string): AppError {
  return new AppError(422, 'empty-sheet', `The sheet ‘${name}’ of the workbook is empty.`);
}

function notesOn({ index, names }: SheetFound): string[] {
  const name = names[index] ?? '';
  const which =
    names.length > 1
      ? `The workbook has ${names.length} sheets; ${index === 0 ? 'the first' : 'one'}, ‘${name}’, was read. To use another, save it as a workbook of its own.`
      : `The sheet ‘${name}’ was read, the only one.`;
  return ['The file is an Excel workbook.', which];
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
