import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { takeInCsv } from '../../../src/domain/csv/intake.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-intake-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
let count = 0;
const file = (text: string): string => {
  const path = join(folder, `file-${++count}.csv`);
  writeFileSync(path, text);
  return path;
};

describe('a file whose cells are separated by spaces', () => {
  const spaced = ' id   date      n   paid\r\n 00001 19970101  1   11.77\r\n 00002 19970112  1  12.00\r\n';

  it('is read, with tabs in their place', async () => {
    const path = file(spaced);
    const { header, rowCount, format } = await takeInCsv(path);
    expect(header).toEqual(['id', 'date', 'n', 'paid']);
    expect(rowCount).toBe(2);
    expect(format).toMatchObject({ delimiter: '\t', decimal: '.' });
    expect(format.notes).toEqual(['Cells are separated by spaces; they were replaced by tabs.']);
    expect(readFileSync(path, 'utf8')).toBe(
      'id\tdate\tn\tpaid\n00001\t19970101\t1\t11.77\n00002\t19970112\t1\t12.00\n',
    );
  });

  it('is none when another delimiter divides it', async () => {
    const { header, format } = await takeInCsv(file('first name,age\nJo Ann,30\nAl Bert,40\n'));
    expect(header).toEqual(['first name', 'age']);
    expect(format.notes).toEqual([]);
  });
});

describe('a file whose first line may be data', () => {
  const rows = '00001,19970101,1,11.77\n00002,19970112,1,12.00\n00002,19970112,5,77.00\n';
  const asked = { status: 422, code: 'unclear-first-line' };

  it('is asked about, with its first lines', async () => {
    const message = `The first line looks like the rows below it, not like names of columns. What does the first line hold?\n${rows.trim()}`;
    await expect(takeInCsv(file(rows))).rejects.toMatchObject({ ...asked, message });
    await expect(takeInCsv(file('a1,1997-01-02\na2,1998-02-03\n'))).rejects.toMatchObject(asked);
  });

  it('keeps every row when it is said to be data, also in a second attempt', async () => {
    const path = file(rows);
    for (let attempt = 0; attempt < 2; attempt++) {
      const { header, rowCount } = await takeInCsv(path, 'data');
      expect(header).toEqual(['column_1', 'column_2', 'column_3', 'column_4']);
      expect(rowCount).toBe(3);
    }
  });

  it('is read as ever when it is said to be names', async () => {
    const { header, rowCount } = await takeInCsv(file(rows.replace(',1,', ',7,')), 'names');
    expect([header[1], rowCount]).toEqual(['19970101', 2]);
  });

  it('is not asked about where names stand over numbers', async () => {
    await expect(takeInCsv(file('customer,2019,2020\n7,1,2\n8,3,4\n'))).resolves.toBeDefined();
  });

  it('is asked about where there is one column', async () => {
    const attempt = takeInCsv(file('name#age\nJo#30\nAl#40\n'));
    await expect(attempt).rejects.toMatchObject({
      ...asked,
      message: expect.stringMatching(/^Only one column was found[^\n]*\nname#age\nJo#30/) as unknown,
    });
    expect((await takeInCsv(file('name\nJo\n'), 'names')).header).toEqual(['name']);
  });
});

describe('a file that is read as a person chose', () => {
  it('has that delimiter, decimal sign and encoding', async () => {
    const text = 'a;b\n1,5;x,y\n2,5;z\n';
    expect(await takeInCsv(file(text), 'names', { delimiter: ',', decimal: '.' })).toMatchObject({
      header: ['a;b'],
      format: { delimiter: ',', decimal: '.' },
    });
    expect((await takeInCsv(file('a b,c\n1 2,3\n'), null, { delimiter: ' ' })).header).toEqual(['a', 'b,c']);
    const latin = file('x');
    writeFileSync(latin, Buffer.from('a,b\n\u00c3\u00a4,1\n', 'latin1'));
    const { format } = await takeInCsv(latin, null, { encoding: 'windows-1252' });
    expect(format.encoding).toBe('windows-1252');
    expect(readFileSync(latin, 'utf8')).toBe('a,b\nÃ¤,1\n');
  });

  it('keeps the encoding of its byte order mark', async () => {
    const { format } = await takeInCsv(file('\ufeffa,b\nä,1\n'), null, { encoding: 'utf-16le' });
    expect(format.encoding).toBe('utf-8');
  });
});
