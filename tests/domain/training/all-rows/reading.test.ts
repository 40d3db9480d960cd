import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { CsvFormat } from '../../../../src/domain/csv/intake.ts';
import { readCsvChunks } from '../../../../src/domain/csv/reader.ts';
import { readTypedRows } from '../../../../src/domain/training/all-rows/reading.ts';
import type { TypedRows } from '../../../../src/domain/training/all-rows/reading.ts';
import type { WantedColumn } from '../../../../src/domain/training/all-rows/wanted.ts';
import { levelKey } from '../../../../src/ml/data/levels.ts';
import { groupRows } from '../../../../src/ml/data/row-groups.ts';
import { readColumn } from '../../../../src/ml/data/schema-inference.ts';
import type { Column } from '../../../../src/ml/data/table.ts';
import { anyFile, columns as header } from '../../../helpers/block-files.ts';
import { commaFormat } from '../../../helpers/csv-format.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-all-rows-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const path = join(folder, 'table.csv');
const silent = (): void => undefined;

/** The rows as text, as a small file is read. */
const textRows = (format: Pick<CsvFormat, 'delimiter'>): string[][] =>
  [...readCsvChunks(path, { delimiter: format.delimiter, columnCount: header.length }, 100)].flatMap(
    ({ rows }) => rows.flatMap(({ reading }) => (reading.ok ? [[...reading.cells]] : [])),
  );

/** What each row says, whatever the codes and spellings of levels are. */
const saidBy = (column: Column): unknown[] =>
  column.kind === 'number'
    ? [...column.values].map(String)
    : Array.from(column.codes, (code) => (code < 0 ? code : levelKey(column.levels[code]!)));

const groupsOf = (rowCount: number, customers: string[] | Float64Array) =>
  groupRows({ rowCount, columns: [] }, new Uint8Array(rowCount), [customers]);

const wantedOf = (names: readonly string[], change: Partial<WantedColumn> = {}): WantedColumn[] =>
  names.map((name, place) => ({ name, place, type: 'category', levels: [], ...change }));

describe('typed rows', () => {
  it('are those of the text, cell by cell, whatever the file holds', () => {
    fc.assert(
      fc.property(anyFile, fc.nat(4), ({ from, bytes }, identifier) => {
        writeFileSync(path, bytes);
        let text: string[][];
        try {
          text = textRows(from.format);
        } catch (error) {
          expect(() => read(from.format, [])).toThrow(
            String(error)
              .split(' on line')[0]!
              .replace(/^\w*: /, ''),
          );
          return;
        }
        const wanted = from.schema.features.map(({ name, type, levels }, j) => ({
          name,
          type,
          levels,
          place: j,
        }));
        const rows = read(from.format, wanted, identifier);
        expect(rows.rowCount).toBe(text.length);
        wanted.forEach(({ name, type, place }, j) => {
          const cells = text.map((row) => row[place]!);
          expect(saidBy(rows.columns[j]!)).toEqual(
            saidBy(readColumn(name, type, cells, from.format.decimal)),
          );
        });
        const names = text.map((row) => row[identifier]!.trim().slice(0, 200));
        expect(groupsOf(text.length, rows.customers[0]!)).toEqual(groupsOf(text.length, names));
      }),
      { numRuns: 500 },
    );

    function read(format: Pick<CsvFormat, 'delimiter' | 'decimal'>, wanted: WantedColumn[], identifier = 0) {
      const file = { format: { ...commaFormat, ...format }, header, rowCount: 100 };
      return readTypedRows(path, file, { columns: wanted, identifiers: [identifier], mostRows: 100 }, silent);
    }
  });

  it('are taken evenly where there are too many, and say how far the reading is', () => {
    writeFileSync(path, `a\n${Array.from({ length: 1_000 }, (_, i) => i).join('\n')}\n`);
    const wanted = { columns: wantedOf(['a'], { type: 'number' }), identifiers: [0], mostRows: 250 };
    const told: number[] = [];
    const rows = readTypedRows(
      path,
      { format: commaFormat, header: ['a'], rowCount: 1_000 },
      wanted,
      (done) => told.push(done),
    );
    const [column] = rows.columns;
    expect(column).toMatchObject({ values: Float64Array.from({ length: 250 }, (_, i) => 4 * i) });
    expect([rows.rowCount, rows.customers[0]!.length]).toEqual([250, 250]);
    expect(told.at(-1)).toBe(1_000);
  });
});

describe('the levels of a category', () => {
  const levelsOf = (cells: readonly string[], known: readonly string[] = []): TypedRows['columns'][0] => {
    writeFileSync(path, `a\n${cells.join('\n')}\n`);
    const wanted = { columns: wantedOf(['a'], { levels: known }), identifiers: [], mostRows: Infinity };
    const file = { format: commaFormat, header: ['a'], rowCount: cells.length };
    return readTypedRows(path, file, wanted, silent).columns[0]!;
  };

  it('are named as they are written most often, unless they were known before', () => {
    expect(levelsOf(['yes', 'Yes', ' Yes', 'NO', '2', '10', '2.0'])).toMatchObject({
      levels: ['2', '10', 'NO', 'Yes'],
    });
    expect(levelsOf(['yes', 'Yes', 'Yes', 'new'], ['yes'])).toMatchObject({
      levels: ['new', 'yes'],
      codes: Int32Array.of(1, 1, 1, 0),
    });
  });

  it('are the most frequent thousand; rows of others are as rows of levels that no training row had', () => {
    const often = Array.from({ length: 2_000 }, (_, i) => `often ${i % 1_000}`);
    const column = levelsOf([...often, 'seldom', 'n/a']);
    if (column.kind !== 'category') throw new Error('It is a category.');
    expect(column.levels).toHaveLength(1_000);
    expect([...column.codes.subarray(-2)]).toEqual([-2, -1]);
    const known = levelsOf([...often, 'seldom'], ['seldom', 'never']);
    expect(known).toMatchObject({ levels: expect.arrayContaining(['seldom']) as unknown });
    expect(known).not.toMatchObject({ levels: expect.arrayContaining(['never']) as unknown });
  });

  it('do not fill the memory where nearly every row has its own', () => {
    const column = levelsOf(Array.from({ length: 120_000 }, (_, i) => `text ${i}`));
    if (column.kind !== 'category') throw new Error('It is a category.');
    expect(column.levels).toHaveLength(1_000);
    expect(column.codes.at(-1)).toBe(-2);
  });
});
