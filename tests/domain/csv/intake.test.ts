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
