import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createBlockPlan } from '../../../../src/domain/batches/blocks/block-plan.ts';
import type { BlockSource } from '../../../../src/domain/batches/blocks/block-plan.ts';
import { readBlocks } from '../../../../src/domain/batches/blocks/cut.ts';
import { readBlock } from '../../../../src/domain/batches/blocks/scan.ts';
import type { TypedBlock } from '../../../../src/domain/batches/blocks/typed-block.ts';
import { readRecord } from '../../../../src/domain/csv/records.ts';
import { safeCell } from '../../../../src/domain/csv/writer.ts';
import type { Feature, Schema } from '../../../../src/ml/data/schema.ts';
import type { CellValue } from '../../../../src/ml/data/values.ts';
import { anyFile, columns, plainCell } from '../../../helpers/block-files.ts';
import { readSingly } from '../../../helpers/rows-read-singly.ts';
import type { RowReport } from '../../../helpers/rows-read-singly.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-blocks-'));
const file = join(folder, 'file.csv');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const blocksOf = (source: BlockSource, size?: number): TypedBlock[] => {
  const plan = createBlockPlan(source);
  const raw = [...readBlocks(file, source.format.delimiter, undefined, { size })];
  return raw.map((block) => readBlock(plan, block));
};

const textAt = ({ identifiers: { bytes, ends } }: TypedBlock, row: number): string =>
  Buffer.from(bytes.subarray(ends[row - 1] ?? 0, ends[row])).toString();

const inputAt = (block: TypedBlock, { features }: Schema, j: number, row: number): CellValue => {
  const column = block.inputs[j]!;
  const { type, levels } = features[j]!;
  if (column.kind === 'level') {
    const code = column.codes[row]!;
    return code < 0 ? null : (levels[code] ?? column.others[code - levels.length]!);
  }
  const value = column.values[row]!;
  if (Number.isNaN(value)) return null;
  return type === 'date' ? new Date(value * 86_400_000).toISOString().slice(0, 10) : value;
};

/** What a block says, row by row. */
const rowsOf = (block: TypedBlock, schema: Schema): RowReport[] => {
  const accepted = Array.from(block.rowNumbers, (rowNumber, row) => ({
    rowNumber,
    identifier: textAt(block, row),
    monthlyValue: block.monthlyValue[row]!,
    inputs: schema.features.map((_, j) => inputAt(block, schema, j, row)),
    taken: block.table.columns.map((column) =>
      column.kind === 'number' ? column.values[row]! : column.codes[row]!,
    ),
    notes: block.notes(row),
  }));
  const all: RowReport[] = [...accepted];
  [...block.rejects].reverse().forEach(({ before, rowNumber, cells, problems }) => {
    all.splice(before, 0, { rowNumber, cells, problems });
  });
  return all;
};

describe('the rows of a block', () => {
  it('are those of reading the file row by row, whatever it holds and wherever the blocks end', () => {
    fc.assert(
      fc.property(anyFile, ({ from, bytes, size }) => {
        writeFileSync(file, bytes);
        let expected: RowReport[] | null = null;
        try {
          expected = readSingly(file, from);
        } catch (error) {
          expect(() => blocksOf(from, size)).toThrow(
            String(error)
              .replace(/^\w*: /, '')
              .replace(/ on line.*/, ''),
          );
        }
        if (expected === null) return;
        const blocks = blocksOf(from, size);
        expect(blocks.flatMap((block) => rowsOf(block, from.schema))).toEqual(expected);
        expect(blocksOf(from).flatMap((block) => rowsOf(block, from.schema))).toEqual(expected);
        for (const block of blocks)
          expect(Array.from(block.noted)).toEqual(
            Array.from(block.noted, (_, row) => (block.notes(row).length > 0 ? 1 : 0)),
          );
      }),
      { numRuns: 600 },
    );
  });

  it('are plain exactly where they have no quotes and writing their cells for people gives the same bytes', () => {
    fc.assert(
      fc.property(anyFile, ({ from, bytes }) => {
        writeFileSync(file, bytes);
        const { delimiter } = from.format;
        let blocks: TypedBlock[] = [];
        try {
          blocks = blocksOf(from);
        } catch {
          return;
        }
        for (const block of blocks) {
          block.starts.forEach((start, row) => {
            const line = block.bytes.subarray(start, start + block.lengths[row]!);
            const { cells } = readRecord(line, delimiter, columns.length);
            const written = cells.map((cell) => safeCell(cell, delimiter)).join(delimiter);
            const isSame = written === line.toString() && !line.includes('"');
            expect(block.isPlain[row]).toBe(isSame ? 1 : 0);
          });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('have the cells that an independent parser finds', () => {
    const texts = fc.array(fc.tuple(plainCell, plainCell, plainCell), { minLength: 1, maxLength: 20 });
    const level = (name: string): Feature => ({
      name,
      type: 'category',
      levels: ['Yes'],
      range: null,
      missingShare: 0,
    });
    const from: BlockSource = {
      schema: {
        features: ['a', 'b', 'c'].map(level),
        label: { name: 'Churn', positive: 'Yes', negative: 'No' },
        identifier: null,
        value: null,
      },
      mapping: { features: [0, 1, 2], identifier: 0, value: null },
      format: { delimiter: ',', decimal: '.' },
      columnCount: 3,
    };
    const quoted = (cell: string): string => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
    fc.assert(
      fc.property(texts, fc.integer({ min: 8, max: 200 }), (rows, size) => {
        const text = `a,b,c\n${rows.map((row) => row.map(quoted).join(',')).join('\n')}\n`;
        writeFileSync(file, text);
        const parsed: string[][] = parse(text, { from_line: 2 });
        const kept = parsed.filter((row) => row.some((cell) => cell.trim() !== ''));
        const blocks = blocksOf(from, size);
        const cells = blocks.flatMap((block) =>
          Array.from(block.starts, (start, row) => {
            const line = block.bytes.subarray(start, start + block.lengths[row]!);
            return readRecord(line, ',', 3).cells;
          }),
        );
        expect(cells).toEqual(kept);
        const identifiers = blocks.flatMap((block) =>
          Array.from(block.starts, (_, row) => textAt(block, row)),
        );
        expect(identifiers).toEqual(kept.map(([first]) => first!.trim().slice(0, 200)));
      }),
      { numRuns: 200 },
    );
  });
});
