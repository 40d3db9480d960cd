/** The first sheet of an Excel workbook as CSV. */
import { readFile } from 'node:fs/promises';
import readWorkbook from 'read-excel-file/node';
import { AppError } from '../../errors.ts';
import { writeCsv } from './write-csv.ts';
import { checkArchive } from './zip.ts';

const notAWorkbook = new AppError(
  415,
  'not-a-workbook',
  'This file is a zip archive but no Excel workbook that can be read. Save it as .xlsx or as CSV, then upload that.',
);

/** Writes the CSV to `target` and gives what a person should know. @throws AppError 415 or 422 in words */
export async function excelToCsv(path: string, target: string): Promise<string[]> {
  const bytes = await readFile(path);
  if (!checkArchive(bytes).includes('xl/workbook.xml')) throw notAWorkbook;
  const sheets = await readWorkbook(bytes, { trim: false }).catch(() => {
    throw notAWorkbook;
  });
  const [first] = sheets;
  const rows = (first?.data ?? []).filter((row) => row.some((cell) => cell !== null && cell !== ''));
  if (rows.length === 0) throw new AppError(422, 'empty-sheet', 'The first sheet of the workbook is empty.');
  const width = Math.max(...rows.map((row) => row.length));
  await writeCsv(target, lines(rows, width));
  const several = sheets.length > 1 ? `The first of ${sheets.length} sheets, ${first!.sheet}, was read.` : '';
  return ['The Excel workbook was turned into CSV.', several].filter(Boolean);
}

function* lines(rows: readonly (readonly unknown[])[], width: number): Generator<string[]> {
  for (const row of rows) yield Array.from({ length: width }, (_, j) => textOf(row[j]));
}

/** As a person sees it: dates without a time as dates, errors of formulas as nothing. */
function textOf(cell: unknown): string {
  if (cell instanceof Date) {
    const iso = cell.toISOString();
    return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.slice(0, 19).replace('T', ' ');
  }
  if (typeof cell === 'boolean') return cell ? 'TRUE' : 'FALSE';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  return typeof cell === 'string' && !/^#(N\/A|REF!|VALUE!|DIV\/0!|NAME\?|NUM!|NULL!)$/.test(cell)
    ? cell
    : '';
}
