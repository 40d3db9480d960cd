import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readWholeCsv } from '../../../../src/domain/csv/whole.ts';
import { takeInCsv } from '../../../../src/domain/csv/intake.ts';
import { writeCsv } from '../../../../src/domain/datasets/import/write-csv.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-write-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const path = join(folder, 'table.csv');

describe('rows written as CSV', () => {
  it('quote only what needs it, and leave formulas alone', async () => {
    await writeCsv(path, [
      ['a', 'b'],
      ['x "y"', '1,5'],
      ['=1+1', '-3'],
    ]);
    expect(readFileSync(path, 'utf8')).toBe('a,b\n"x ""y""","1,5"\n=1+1,-3\n');
  });

  it('come back as they were, whatever is in their cells', async () => {
    const cell = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', '1', ',', ';', '|', '\t', '"', '\n', '\r', ' ', 'é') }),
      fc.constantFrom('1,5', '=A1', "'", '007'),
    );
    const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        await writeCsv(path, [['a;b', 'c|d', 'id'], ...rows.map((row, i) => [...row.slice(0, 2), `${i}`])]);
        const { header, format } = await takeInCsv(path);
        expect(header).toEqual(['a;b', 'c|d', 'id']);
        expect(format).toMatchObject({ delimiter: ',', decimal: '.' });
        const { cells } = await readWholeCsv(path);
        expect(cells[0]).toEqual(rows.map((row) => row[0]));
        expect(cells[1]).toEqual(rows.map((row) => row[1]));
      }),
      { numRuns: 30 },
    );
  });
});

describe('writing', () => {
  it('stops at its limit of bytes, at a cell without bounds and when asked to stop', async () => {
    function* endless(): Generator<string[]> {
      for (;;) yield ['x'.repeat(1_000)];
    }
    await expect(writeCsv(path, endless(), undefined, 100_000)).rejects.toMatchObject({ code: 'too-much' });
    expect(statSync(path).size).toBeLessThan(200_000);
    await expect(writeCsv(path, [['x'.repeat(1_000_001)]])).rejects.toMatchObject({ code: 'too-much' });
    let calls = 0;
    const cancel = () => (++calls > 3 ? Promise.reject(new Error('cancelled')) : Promise.resolve());
    await expect(writeCsv(path, endless(), cancel)).rejects.toThrow('cancelled');
  });
});
