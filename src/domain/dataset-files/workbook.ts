/** What a workbook holds, seen before it is read: its sheets, and how far the first one goes. */
import { AppError } from '../../errors.ts';
import { countText } from '../../format.ts';
import { maxColumns } from '../csv/intake.ts';
import { checkArchive } from './zip.ts';

const [bookPath, linksPath] = ['xl/workbook.xml', 'xl/_rels/workbook.xml.rels'];
/** Rows that a sheet of Excel can have. */
const maxRows = 1_048_576;
/** A cell takes some 200 bytes while the sheet is read, whether there is anything in it or not. */
const maxCells = 10_000_000;

interface Extent {
  /** The last row that is there at all, and the last one with something in it. */
  rows: number;
  filledRows: number;
  columns: number;
}

/**
 * The names of the sheets, in order.
 * @throws AppError 415 when this is no workbook, 422 when its first sheet is too big to be read
 */
export function checkWorkbook(bytes: Buffer): string[] {
  const extents = new Map<string, Extent>();
  const parts = new Map<string, string>();
  checkArchive(bytes, (name, content) => {
    if (name === bookPath || name === linksPath) parts.set(name, content.toString('utf8'));
    if (/^xl\/worksheets\/[^/]+\.xml$/.test(name)) extents.set(name, extentOf(content));
  });
  const book = parts.get(bookPath);
  if (book === undefined) throw notAWorkbook();
  const sheets = tags(book, 'sheet');
  const first = pathOf(sheets[0] ?? '', parts.get(linksPath) ?? '');
  for (const [path, extent] of extents) if (first === null || first === path) checkExtent(extent);
  return sheets.map((tag) => attribute(tag, 'name') ?? '');
}

export function notAWorkbook(): AppError {
  return new AppError(
    415,
    'not-a-workbook',
    'This file is a zip archive but no Excel workbook that can be read. Save it as .xlsx or as CSV, then upload that.',
  );
}

/** By the addresses of its cells (`r="B7"`): one far away makes a sheet wide and long, however few there are. */
function extentOf(sheet: Buffer): Extent {
  const extent = { rows: 0, filledRows: 0, columns: 0 };
  for (let at = sheet.indexOf(' r="'); at >= 0; at = sheet.indexOf(' r="', at)) {
    at += 4;
    let column = 0;
    for (; isCapital(sheet[at]); at++) column = column * 26 + sheet[at]! - 64;
    let row = 0;
    for (; isDigit(sheet[at]); at++) row = row * 10 + sheet[at]! - 48;
    extent.rows = Math.max(extent.rows, row);
    // '/>' at once or after a style: an empty cell that only has a look.
    if (column === 0 || sheet[sheet.indexOf('>', at) - 1] === 0x2f) continue;
    extent.filledRows = Math.max(extent.filledRows, row);
    extent.columns = Math.max(extent.columns, column);
  }
  return extent;
}

function isCapital(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 65 && byte <= 90;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

function checkExtent({ rows, filledRows, columns }: Extent): void {
  if (rows <= maxRows && columns <= maxColumns && filledRows * columns <= maxCells) return;
  const size = `${countText(Math.max(filledRows, rows > maxRows ? rows : 0))} rows and ${countText(columns)} columns`;
  throw new AppError(
    422,
    'sheet-too-big',
    `The first sheet goes as far as ${size}, which is more than can be read here. Delete what stands far from the table, or save the sheet as CSV, then upload that.`,
  );
}

function tags(xml: string, name: string): string[] {
  return xml.match(new RegExp(`<(?:\\w+:)?${name}\\s[^>]*>`, 'g')) ?? [];
}

function attribute(tag: string, name: string): string | null {
  const found = new RegExp(`[\\s:]${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(tag);
  return found ? unescapeXml(found[1] ?? found[2] ?? '') : null;
}

/** Where in the archive a sheet is, null when the links do not say so. */
function pathOf(sheet: string, links: string): string | null {
  const id = attribute(sheet, 'id');
  const link = tags(links, 'Relationship').find((tag) => attribute(tag, 'Id') === id);
  const target = link === undefined ? null : attribute(link, 'Target');
  if (target === null) return null;
  return target.startsWith('/') ? target.slice(1) : `xl/${target}`;
}

function unescapeXml(text: string): string {
  const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => named[name]!);
}
