import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactLine, safeLine } from '../../../src/domain/csv/writer.ts';

const cell = fc.string({
  unit: fc.constantFrom('a', '1', '=', '-', '+', '@', '"', ',', ';', '\t', '\n', '\r', '＝', ' '),
});
const cells = fc.array(cell, { minLength: 2, maxLength: 5 });

describe('a line for people', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['＝1+1', "'＝1+1"],
    ['-5', '-5'],
    ['-1,5e3', '"-1,5e3"'],
    ['a "b"', '"a ""b"""'],
    [-5, '-5'],
    [null, ''],
  ])('writes %j as %s', (value, text) => {
    expect(safeLine([value, 'x'])).toBe(`${text},x\n`);
  });

  it('takes the delimiter and line end of the file', () => {
    expect(safeLine(['1,5', 'a;b'], { delimiter: ';', lineEnd: '\r\n' })).toBe('1,5;"a;b"\r\n');
  });

  it('never has a cell that a spreadsheet would run', () => {
    fc.assert(
      fc.property(cells, (row) => {
        const read = parse(safeLine(row), { record_delimiter: '\n' }).flat();
        for (const text of read) expect(text).not.toMatch(/^[=@\t\r＝]|^[+-](?!\d)/);
      }),
    );
  });
});

describe('a line that is read back', () => {
  it('holds every cell as it was', () => {
    fc.assert(
      fc.property(cells, (row) => {
        expect(parse(exactLine(row), { record_delimiter: '\n' })).toEqual([row]);
      }),
    );
  });
});
