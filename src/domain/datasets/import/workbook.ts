/** The sheets of a workbook, and the size of the one to be read, found before it is read. */
import { AppError } from '../../../errors.ts';
import { checkSheet, measureSharedTexts } from './sheet-check.ts';
import { checkArchive } from './zip.ts';

const [bookPath, linksPath] = ['xl/workbook.xml', 'xl/_rels/workbook.xml.rels'];
/** Characters that the cells of a workbook of any size may hold, of a big one, and as many times its bytes. */
const textLimits = { small: 50_000_000, most: 500_000_000, ratio: 200 };

/**
 * The names of the sheets, in order; `index`: the one that is going to be read.
 * @throws AppError 415 when this is no workbook, 422 when it has no such sheet or the sheet is too big to be read
 */
export async function checkWorkbook(bytes: Buffer, index = 0): Promise<string[]> {
  const parts = new Map<string, string>();
  await checkArchive(bytes, (name, content) => {
    if (name === bookPath || name === linksPath) parts.set(name, content.toString('utf8'));
  });
  const book = parts.get(bookPath);
  if (book === undefined) throw notAWorkbook();
  const sheets = tags(book, 'sheet');
  if (index > 0 && index >= sheets.length)
    throw new AppError(422, 'no-sheet', 'The workbook has no such sheet. Choose another one.');
  const path = pathOf(sheets[index] ?? '', parts.get(linksPath) ?? '');
  if (path === null) throw notAWorkbook();
  await checkSheetAt(bytes, path);
  return sheets.map((tag) => attribute(tag, 'name') ?? '');
}

export function notAWorkbook(): AppError {
  return new AppError(
    415,
    'not-a-workbook',
    'This file is a zip archive but not a readable Excel workbook. Save it as .xlsx or as CSV, then upload that.',
  );
}

async function checkSheetAt(bytes: Buffer, path: string): Promise<void> {
  const found: Buffer[] = [];
  let shared: number[] = [];
  await checkArchive(bytes, (name, content) => {
    if (name === path) found.push(content);
    if (/sharedstrings/i.test(name)) shared = measureSharedTexts(content);
  });
  const [sheet] = found;
  if (!sheet) throw notAWorkbook();
  const { small, most, ratio } = textLimits;
  checkSheet(sheet, shared, Math.min(most, Math.max(small, bytes.length * ratio)));
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
