import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eraseRecords } from '../../../src/domain/batches/csv-erasure.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-erase-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function erase(
  text: string,
  customerId: string,
  place = 0,
): { readonly count: number; readonly left: string } {
  const path = join(folder, 'a.csv');
  writeFileSync(path, text);
  const { rows } = eraseRecords(path, { customerId, places: [place], delimiter: ',' });
  return { count: rows.length, left: readFileSync(path, 'utf8') };
}

it.each([
  ['a plain row', 'id,x\na,1\nab,2\n', 'a', 'id,x\n   \nab,2\n'],
  [
    'every row of the customer, also the last without a line end',
    'id\r\na\r\nb\r\na',
    'a',
    'id\r\n \r\nb\r\n ',
  ],
  ['spaces around it', 'id,x\n a ,1\n', 'a', 'id,x\n     \n'],
  [
    'quotation marks and line ends within cells',
    'id,x\n"a""b","1\n2"\nc,3\n',
    'a"b',
    'id,x\n            \nc,3\n',
  ],
  ['an identifier that a result file escapes', "id,x\n'=a,1\n", '=a', 'id,x\n     \n'],
  ['letters of several bytes', 'id,x\nJürgen,1\nb,2\n', 'Jürgen', 'id,x\n         \nb,2\n'],
])('overwrites %s', (_, text, customerId, left) => {
  expect(erase(text, customerId).left).toBe(left);
});

it.each([
  ['the header', 'a,x\nb,1\n'],
  ['another column', 'id,x\nb,a\n'],
  ['a part of an identifier', 'id,x\nab,1\nba,2\n'],
])('leaves %s', (_, text) => {
  expect(erase(text, 'a')).toEqual({ count: 0, left: text });
});

it('finds a customer behind others, however large the file is', () => {
  const lines = Array.from({ length: 400_000 }, (_, i) => `customer-${i},some words`);
  const text = `id,x\n${lines.join('\n')}\n`;
  const { count, left } = erase(text, 'customer-399999');
  expect(count).toBe(1);
  expect(left).not.toContain('customer-399999');
  expect(left.trimEnd()).toBe(text.slice(0, text.indexOf('customer-399999')).trimEnd());
});

it('finds a customer in any column where none identifies customers, and says what stood in the rows', () => {
  const path = join(folder, 'a.csv');
  writeFileSync(path, 'x,who\n1,a\n2,b\na,c\n');
  const { rows, cells } = eraseRecords(path, { customerId: 'a', places: [], delimiter: ',' });
  expect(rows).toEqual([2, 4]);
  expect([...cells]).toEqual(['1', 'a', 'c']);
  expect(readFileSync(path, 'utf8')).toBe('x,who\n   \n2,b\n   \n');
});
