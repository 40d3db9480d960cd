import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MISSING, UNSEEN, type Table } from '../../../src/ml/data/table.ts';
import {
  contributionTablesOf,
  writeContributions,
  type LinearModel,
} from '../../../src/ml/linear/contribution-tables.ts';
import { designRows, fitDesign } from '../../../src/ml/linear/design.ts';

const training: Table = {
  rowCount: 40,
  columns: [
    numbers('age', (i) => (i % 7 === 0 ? NaN : i * i)),
    { kind: 'category', name: 'plan', levels: ['a', 'b', 'c'], codes: codes((i) => (i % 5) - 1) },
    numbers('flag', (i) => i % 2),
    { kind: 'category', name: 'area', levels: ['n', 's'], codes: codes((i) => i % 2) },
    numbers('constant', () => 3),
  ],
};
const design = fitDesign(training, new Float64Array(40).fill(1), 5);
const cell = fc.oneof(
  { weight: 5, arbitrary: fc.double({ min: -100, max: 2_000, noNaN: true }) },
  fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 1e9, -1e9, 36, 1_521, 1, 3),
);
const rows = fc.array(
  fc.tuple(
    cell,
    fc.constantFrom(UNSEEN, MISSING, 0, 1, 2),
    cell,
    fc.constantFrom(UNSEEN, MISSING, 0, 1),
    cell,
  ),
  { minLength: 1, maxLength: 20 },
);
const models = fc
  .array(fc.double({ min: -3, max: 3, noNaN: true }), {
    minLength: design.width + 1,
    maxLength: design.width + 1,
  })
  .map(([intercept, ...coefficients]): LinearModel => ({
    design,
    intercept: intercept!,
    coefficients: Float64Array.from(coefficients),
  }));

function numbers(name: string, value: (i: number) => number) {
  return { kind: 'number', name, values: Float64Array.from({ length: 40 }, (_, i) => value(i)) } as const;
}

function codes(code: (i: number) => number): Int32Array {
  return Int32Array.from({ length: 40 }, (_, i) => code(i));
}

function tableOf(cells: readonly (readonly number[])[]): Table {
  const columns = training.columns.map((column, j) => {
    const own = cells.map((row) => row[j]!);
    return column.kind === 'number'
      ? { ...column, values: Float64Array.from(own) }
      : { ...column, codes: Int32Array.from(own) };
  });
  return { rowCount: cells.length, columns };
}

/** Linear SHAP by the definition: β (x − x̄), summed over the design columns of each feature. */
function byDefinition({ coefficients, intercept }: LinearModel, table: Table) {
  const { starts, indices, values } = designRows(design, table, 0, table.rowCount);
  return Array.from({ length: table.rowCount }, (_, row) => {
    const x = new Float64Array(design.width);
    for (let e = starts[row]!; e < starts[row + 1]!; e++) x[indices[e]!] = values[e]!;
    const sum = (from: number, to: number, term: (k: number) => number): number => {
      let total = 0;
      for (let k = from; k < to; k++) total += term(k);
      return total;
    };
    return {
      margin: intercept + sum(0, design.width, (k) => coefficients[k]! * x[k]!),
      contributions: design.blocks.map(({ offset, width }) =>
        sum(offset, offset + width, (k) => coefficients[k]! * (x[k]! - design.columnMeans[k]!)),
      ),
    };
  });
}

function write(model: LinearModel, table: Table, chosen: Int32Array) {
  const contributions = new Float64Array(chosen.length * 5);
  const margins = new Float64Array(chosen.length);
  writeContributions(contributionTablesOf(model), table, chosen, contributions, margins);
  return { contributions, margins };
}

/** Equal but for the rounding of numbers of this size. */
function expectNear(found: number, expected: number, size: number): void {
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-12 * (1 + size));
}

describe('tables of contributions', () => {
  it('say what linear SHAP says by its definition, whatever the cells hold', () => {
    fc.assert(
      fc.property(models, rows, (model, cells) => {
        const table = tableOf(cells);
        const { contributions, margins } = write(model, table, Int32Array.from(cells.keys()));
        byDefinition(model, table).forEach((expected, row) => {
          const size = Math.max(
            ...cells[row]!.map((value) => (Number.isFinite(value) ? Math.abs(value) : 0)),
          );
          expectNear(margins[row]!, expected.margin, 100 * size);
          expected.contributions.forEach((contribution, j) => {
            expectNear(contributions[5 * row + j]!, contribution, 100 * size);
          });
        });
      }),
    );
  });

  it('give a row the same bits wherever it stands', () => {
    fc.assert(
      fc.property(models, rows, (model, cells) => {
        const table = tableOf(cells);
        const order = Int32Array.from(cells.keys()).reverse();
        const all = write(model, table, order);
        order.forEach((row, i) => {
          const alone = write(model, table, Int32Array.of(row));
          expect(alone.margins[0]).toBe(all.margins[i]);
          expect(alone.contributions).toEqual(all.contributions.slice(5 * i, 5 * i + 5));
        });
      }),
      { numRuns: 30 },
    );
  });

  it('refuse columns of another type', () => {
    const model = { design, intercept: 0, coefficients: new Float64Array(design.width) };
    const swapped = { ...training, columns: [...training.columns.slice(1), training.columns[0]!] };
    expect(() => write(model, swapped, Int32Array.of(0))).toThrow(RangeError);
    expect(() => write(model, { ...training, columns: [] }, Int32Array.of(0))).toThrow(/expected 5 columns/);
  });
});
