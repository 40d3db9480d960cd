import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import writeWorkbook from 'write-excel-file/node';
import { excelToCsv } from '../../../../src/domain/datasets/import/excel.ts';
import { zip } from '../../../helpers/zip.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-excel-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const [source, target] = [join(folder, 'book'), join(folder, 'book.csv')];
const toCsv = async (bytes: Buffer): Promise<string> => {
  writeFileSync(source, bytes);
  await excelToCsv(source, target);
  return readFileSync(target, 'utf8');
};
/** A workbook around the XML of its rows, as other programs write them. */
const book = (rows: string, sheets = '<sheet name="One" sheetId="1" r:id="rId1"/>'): Buffer =>
  zip([
    {
      name: 'xl/workbook.xml',
      data: `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>${sheets}</sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      data: '<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    },
    { name: 'xl/worksheets/sheet1.xml', data: `<worksheet><sheetData>${rows}</sheetData></worksheet>` },
  ]);
const text = (at: string, value: string): string => `<c r="${at}" t="inlineStr"><is><t>${value}</t></is></c>`;
const header = `<row r="1">${text('A1', 'a')}${text('B1', 'b')}</row>`;

describe('the cells of a sheet', () => {
  it('keep leading zeros and spaces of text, and numbers in full', async () => {
    const rows = [
      [{ value: 'code' }, { value: 'n' }],
      [{ value: '007' }, { value: 0.1 }],
      [{ value: ' x ' }, { value: -1234567.25 }],
    ];
    expect(await toCsv(await writeWorkbook(rows).toBuffer())).toBe('code,n\n007,0.1\n x ,-1234567.25\n');
  });

  it('have times to the second, though Excel counts in fractions of a day', async () => {
    const times = Array.from({ length: 60 }, (_, i) => new Date(Date.UTC(2026, 10, 20, 1, 2, 3 + i * 431)));
    const rows = times.map((value) => [{ value, type: Date, format: 'yyyy-mm-dd hh:mm:ss' }]);
    const csv = await toCsv(await writeWorkbook([[{ value: 'at' }], ...rows]).toBuffer());
    const expected = times.map((time) => time.toISOString().slice(0, 19).replace('T', ' '));
    expect(csv.trim().split('\n').slice(1)).toEqual(expected);
  });

  it('are empty where a formula failed', async () => {
    const failed = '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>';
    const filled = '<row r="3"><c r="A3" t="b"><v>1</v></c><c r="B3"><v>2</v></c></row>';
    expect(await toCsv(book(header + failed + filled))).toBe('a,b\n1,\nTRUE,2\n');
  });

  it('begin with the first row that is not empty', async () => {
    const rows = `<row r="3">${text('A3', 'a')}</row><row r="7">${text('A7', 'x')}</row>`;
    expect(await toCsv(book(rows))).toBe('a\nx\n');
  });

  it('may be many', async () => {
    const many = Array.from(
      { length: 125_000 },
      (_, i) => `<row r="${i + 2}"><c r="A${i + 2}"><v>${i}</v></c></row>`,
    );
    expect((await toCsv(book(header + many.join('')))).split('\n')).toHaveLength(125_002);
  });
});

describe('a sheet that goes too far is refused before it is read', () => {
  it.each([
    ['a cell in the last corner', `<row r="1048576">${text('XFD1048576', 'stray')}</row>`],
    ['a cell far below a wide table', `<row r="900000">${text('AZ900000', 'stray')}</row>`],
    ['more rows than Excel has', '<row r="2000000000"></row>'],
    ['a column that Excel does not have', `<row r="2">${text('ZZZZZZ2', 'stray')}</row>`],
  ])('%s', async (_name, stray) => {
    await expect(toCsv(book(header + stray))).rejects.toMatchObject({ status: 422, code: 'sheet-too-big' });
  });

  it('but cells that only have a look do not count', async () => {
    const rows = `<row r="2">${text('A2', 'x')}</row><row r="1048576"><c r="XFD1048576" s="0"/></row>`;
    expect(await toCsv(book(header + rows))).toBe('a,b\nx,\n');
  });
});

describe('a sheet that cannot be read is refused with a reason', () => {
  it.each([
    ['broken XML', book('<row r="1"><c r="A1"><v>1</v></row>')],
    ['no sheets', book(header, '')],
    ['cells out of order', book(`<row r="5">${text('A5', 'x')}</row>${header}`)],
    ['a link to nowhere', book(header, '<sheet name="One" sheetId="1" r:id="rId9"/>')],
  ])('%s', async (_name, bytes) => {
    await expect(toCsv(bytes)).rejects.toMatchObject({
      status: expect.toSatisfy((s) => s === 415 || s === 422) as number,
    });
  });
});

describe('a small workbook that would become huge', () => {
  const withShared = (rows: string, shared: string): Buffer =>
    zip([
      ...['xl/workbook.xml', 'xl/_rels/workbook.xml.rels'].map((name) => ({
        name,
        data: name.endsWith('.rels')
          ? '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
          : '<workbook xmlns:r="x"><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>',
      })),
      { name: 'xl/sharedStrings.xml', data: `<sst>${shared}</sst>` },
      { name: 'xl/worksheets/sheet1.xml', data: `<worksheet><sheetData>${rows}</sheetData></worksheet>` },
    ]);
  const refusal = async (bytes: Buffer): Promise<unknown> => {
    rmSync(target, { force: true });
    const started = performance.now();
    const error: unknown = await toCsv(bytes).catch((reason: unknown) => reason);
    expect(performance.now() - started, 'milliseconds').toBeLessThan(10_000);
    expect(existsSync(target), 'nothing is written').toBe(false);
    return error;
  };

  it('by one long shared text is refused', async () => {
    const bytes = withShared('<row><c t="s"><v>0</v></c></row>', `<si><t>${'x'.repeat(5_000_000)}</t></si>`);
    expect(await refusal(bytes)).toMatchObject({ status: 422, code: 'cell-too-long' });
  });

  it('by a shared text that is named often is refused', async () => {
    const rows = '<row><c t="s"><v>0</v></c></row>'.repeat(20_000);
    const bytes = withShared(rows, `<si><t>${'x'.repeat(30_000)}</t></si>`);
    expect(bytes.length).toBeLessThan(10_000);
    expect(await refusal(bytes)).toMatchObject({ status: 422, code: 'too-much' });
  });

  it.each([
    `<row r='1'><c r='XFD1048576'><v>1</v></c></row>`,
    `<row\tr = "1"><c\nr\n=\n"XFD1048576"\n><v>1</v></c></row>`,
    `<row><c r="&#88;FD1048576"><v>1</v></c></row>`,
    `<x:row xmlns:x="y"><x:c s='1' r='XFD1048576'><x:v>1</x:v></x:c></x:row>`,
    `<row r='1048577'/>`,
  ])('by a far cell written as %j is refused', async (rows) => {
    expect(await refusal(book(rows))).toMatchObject({ status: 422, code: 'sheet-too-big' });
  });

  it('by a document type with entities is refused', async () => {
    const bytes = zip(
      [
        ['xl/workbook.xml', '<workbook><sheets><sheet name="One" id="r1"/></sheets></workbook>'],
        ['xl/_rels/workbook.xml.rels', '<R><Relationship Id="r1" Target="worksheets/sheet1.xml"/></R>'],
        ['xl/worksheets/sheet1.xml', '<!DOCTYPE a [<!ENTITY b "xxxx">]><worksheet>&b;</worksheet>'],
      ].map(([name, data]) => ({ name: name!, data: data! })),
    );
    expect(await refusal(bytes)).toMatchObject({ status: 415, code: 'broken-sheet' });
  });
});
