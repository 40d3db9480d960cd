import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import writeWorkbook from 'write-excel-file/node';
import { takeInTable } from '../../../../src/domain/datasets/import/convert.ts';
import { zip } from '../../../helpers/zip.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-tables-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
let count = 0;
const file = (bytes: Buffer | string): string => {
  const path = join(folder, `table-${++count}`);
  writeFileSync(path, bytes);
  return path;
};

/** The same three customers in every form: a comma, quotes, a line break, a date, blanks, a leading zero. */
const names = ['id', 'name', 'joined', 'amount', 'active'];
const rows = [
  ['007', 'Smith, "Jo"', new Date('2026-11-20T00:00:00Z'), 12.5, true],
  ['008', 'two\nlines', new Date('2025-01-02T00:00:00Z'), -3, false],
  ['009', null, null, null, null],
] as const;
const csv = [
  'id,name,joined,amount,active',
  '007,"Smith, ""Jo""",2026-11-20,12.5,TRUE',
  '008,"two\nlines",2025-01-02,-3,FALSE',
  '009,,,,',
  '',
].join('\n');

const nameless = [
  ['Zoë', 12.5, 3],
  ['Jürg', 7.5, 4],
  ['Ada', 9.5, 5],
];

const workbook = (): Promise<Buffer> => {
  const cells = rows.map((row) =>
    row.map((value) =>
      value === null ? null : value instanceof Date ? { value, type: Date, format: 'yyyy-mm-dd' } : { value },
    ),
  );
  return writeWorkbook([names.map((value) => ({ value })), ...cells]).toBuffer();
};
const parquet = (): Buffer => {
  const column = <T>(j: number): (T | null)[] => rows.map((row) => row[j] as T | null);
  return Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: 'id', data: column<string>(0), type: 'STRING' },
        { name: 'name', data: column<string>(1), type: 'STRING', nullable: true },
        { name: 'joined', data: column<Date>(2), type: 'TIMESTAMP', nullable: true },
        { name: 'amount', data: column<number>(3), type: 'DOUBLE', nullable: true },
        { name: 'active', data: column<boolean>(4), type: 'BOOLEAN', nullable: true },
      ],
    }),
  );
};

describe('a table', () => {
  it('holds the same cells whether it comes as CSV, Excel or Parquet', async () => {
    const forms = { csv: Buffer.from(csv), xlsx: await workbook(), parquet: parquet() };
    for (const [source, bytes] of Object.entries(forms)) {
      const path = file(bytes);
      const intake = await takeInTable(path);
      expect(intake.source).toBe(source);
      expect(intake.header).toEqual(names);
      expect(intake.rowCount).toBe(3);
      expect(readFileSync(path, 'utf8')).toBe(csv);
    }
  });

  it('is identified by the original bytes, not by the converted ones, with a note', async () => {
    const bytes = parquet();
    const intake = await takeInTable(file(bytes));
    expect(intake.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(intake.byteSize).toBe(bytes.length);
    expect(intake.format.notes[0]).toMatch(/is a Parquet table/);
    const book = await takeInTable(file(await workbook()));
    expect(book.format.notes[0]).toMatch(/is an Excel workbook/);
  });

  it.each([
    [
      'an Excel workbook',
      () => writeWorkbook(nameless.map((row) => row.map((value) => ({ value })))).toBuffer(),
    ],
    [
      'a text file in Windows-1252',
      () => Buffer.from(`${nameless.map((row) => row.join(';')).join('\n')}\n`, 'latin1'),
    ],
    [
      'a text file with spaces between cells',
      () => Buffer.from(`${nameless.map((row) => row.join('  ')).join('\n')}\n`),
    ],
  ])('that is asked about its first line is still known as it came afterwards: %s', async (_what, make) => {
    const bytes = await make();
    const path = file(bytes);
    await expect(takeInTable(path)).rejects.toMatchObject({ code: 'unclear-first-line' });
    expect(readFileSync(path).equals(bytes)).toBe(true);
    const { sha256, byteSize, format, rowCount } = await takeInTable(path, undefined, 'data');
    expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect([byteSize, rowCount]).toEqual([bytes.length, 3]);
    expect(format.notes[0]).toMatch(
      /is an Excel workbook|is a Parquet table|converted to UTF-8|separated by spaces/,
    );
    expect(readFileSync(path, 'utf8')).toMatch(/^column_1/);
    expect(readdirSync(folder).filter((name) => name.includes('.'))).toEqual([]);
  });

  it('may have several sheets: the first that is not empty is read, or the one that is chosen', async () => {
    const sheet = (text: string) => [
      [{ value: 'a' }, { value: 'b' }],
      [{ value: text }, { value: 1 }],
    ];
    const bytes = await writeWorkbook([
      { data: [[null]], sheet: 'Cover' },
      { data: sheet('first'), sheet: 'Customers' },
      { data: sheet('second'), sheet: 'Other' },
    ]).toBuffer();
    const path = file(bytes);
    const { format } = await takeInTable(path);
    expect(readFileSync(path, 'utf8')).toBe('a,b\nfirst,1\n');
    expect(format.sheet).toEqual({ index: 1, names: ['Cover', 'Customers', 'Other'] });
    expect(format.notes).toContainEqual(
      expect.stringContaining('The workbook has 3 sheets; one, ‘Customers’, was read.'),
    );
    const other = file(bytes);
    await takeInTable(other, undefined, null, { sheet: 2 });
    expect(readFileSync(other, 'utf8')).toBe('a,b\nsecond,1\n');
    await expect(takeInTable(file(bytes), undefined, null, { sheet: 0 })).rejects.toMatchObject({
      code: 'empty-sheet',
    });
    await expect(takeInTable(file(bytes), undefined, null, { sheet: 3 })).rejects.toMatchObject({
      code: 'no-sheet',
    });
  });
});

describe('a file that is not a table is refused with a reason', () => {
  it.each<[string, () => Buffer | Promise<Buffer>, number, RegExp]>([
    [
      'a zip archive of something else',
      () => zip([{ name: 'readme.txt', data: 'hello' }]),
      415,
      /not a readable Excel workbook/,
    ],
    ['a workbook cut in half', async () => half(await workbook()), 415, /incomplete or damaged/],
    ['a Parquet file cut in half', () => half(parquet()), 422, /incomplete or damaged/],
    ['a Parquet file of four bytes', () => Buffer.from('PAR1'), 422, /incomplete or damaged/],
    ['an old workbook', () => Buffer.from('d0cf11e0a1b11ae1', 'hex'), 415, /as \.xlsx/],
    ['a picture', () => Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]), 415, /PNG/],
  ])('%s', async (_name, bytes, status, words) => {
    const path = file(await bytes());
    await expect(takeInTable(path)).rejects.toMatchObject({
      status,
      message: expect.stringMatching(words) as string,
    });
    expect(readdirSync(folder).filter((name) => name.endsWith('.csv'))).toEqual([]);
  });

  it('an empty sheet', async () => {
    const bytes = await writeWorkbook([[null]]).toBuffer();
    await expect(takeInTable(file(bytes))).rejects.toMatchObject({ status: 422 });
  });
});

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length >> 1);
}
