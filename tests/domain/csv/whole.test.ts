import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readCsvChunks } from '../../../src/domain/csv/reader.ts';
import { readTakenCsv, readWholeCsv } from '../../../src/domain/csv/whole.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-whole-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const path = join(folder, 'table.csv');

const line = fc.constantFrom(
  '1,2',
  '"a\nb",3',
  '"a,""b""",4',
  '5',
  ',',
  ' , ',
  '"",""',
  '',
  '6,7,8',
  '"x"y,9',
  'é,10',
);

describe('a file as text', () => {
  it('has the rows that a reader of single rows finds, without those that cannot be read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.constantFrom('\n', '\r\n'), async (lines, lineEnd) => {
        writeFileSync(path, ['a,b', ...lines, '11,12'].join(lineEnd));
        const chunks = [...readCsvChunks(path, { delimiter: ',', columnCount: 2 }, 5)];
        const readings = chunks.flatMap(({ rows }) => rows.map(({ reading }) => reading));
        const rows = readings.flatMap((reading) => (reading.ok ? [reading.cells] : []));
        const { cells, skippedRows, rowCount } = await readTakenCsv(path);
        expect(cells).toEqual([0, 1].map((column) => rows.map((row) => row[column])));
        expect([skippedRows, rowCount]).toEqual([readings.length - rows.length, readings.length]);
      }),
      { numRuns: 60 },
    );
  });

  it('has as many rows as are wanted, drawn evenly, and says how many there are', async () => {
    writeFileSync(
      path,
      `a,b\n${Array.from({ length: 100 }, (_, i) => `${i},${i === 40 ? '1,2' : 'x'}\n`).join('')}`,
    );
    const drawn = await readWholeCsv(path, 10);
    expect(drawn.cells[0]).toEqual([0, 10, 20, 30, 50, 60, 70, 80, 90].map(String));
    expect([drawn.skippedRows, drawn.rowCount]).toEqual([1, 100]);
    expect((await readWholeCsv(path, 100)).cells[0]).toHaveLength(99);
  });
});
