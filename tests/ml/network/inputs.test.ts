import { describe, expect, it } from 'vitest';
import { createSlots, encodeRows, fitInputs, type Inputs } from '../../../src/ml/network/inputs.ts';
import { MISSING, UNSEEN, type Table } from '../../../src/ml/data/table.ts';
import { categoryColumn, numberColumn } from '../tree/sample-tables.ts';

/** Each row written out in full. */
function fullRows(inputs: Inputs, table: Table): number[][] {
  const rows = Int32Array.from({ length: table.rowCount }, (_, i) => i);
  const slots = createSlots(inputs, table.rowCount);
  encodeRows(inputs, table, rows, 0, table.rowCount, slots);
  return Array.from(rows, (row) => {
    const full = new Array<number>(inputs.inputCount).fill(0);
    for (let s = row * inputs.slotCount; s < (row + 1) * inputs.slotCount; s++)
      full[slots.indices[s]!]! += slots.values[s]!;
    return full;
  });
}

describe('inputs of a number', () => {
  const table = { rowCount: 6, columns: [numberColumn('x', [1, 2, 3, 1, 3, NaN])] };
  const inputs = fitInputs(table, 8);

  it('are a score of mean 0 and variance 1, a hat a knot, and an indicator of missing', () => {
    const rows = fullRows(inputs, table);
    expect(inputs.inputCount).toBe(5);
    expect(rows.slice(0, 3).map((row) => row.slice(1))).toEqual([
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
    ]);
    expect(rows[5]).toEqual([0, 0, 0, 0, 1]);
    const scores = rows.slice(0, 5).map((row) => row[0]!);
    expect(scores.reduce((a, b) => a + b)).toBeCloseTo(0, 12);
    expect(scores.reduce((a, b) => a + b * b, 0) / 5).toBeCloseTo(1, 12);
  });

  it('lie between two knots in proportion, and end at the outer knots', () => {
    const asked = { rowCount: 4, columns: [numberColumn('x', [1.25, 1e300, -Infinity, 3])] };
    const rows = fullRows(inputs, asked);
    expect(rows[0]!.slice(1)).toEqual([0.75, 0.25, 0, 0]);
    expect(rows[1]).toEqual(rows[3]);
    expect(rows[2]!.slice(1)).toEqual([1, 0, 0, 0]);
  });
});

it('a category lights one input; what training never held lights none', () => {
  const trained = { rowCount: 4, columns: [categoryColumn('c', ['a', 'b', 'never'], [0, 1, 1, MISSING])] };
  const inputs = fitInputs(trained, 8);
  expect(inputs.inputCount).toBe(3);
  const asked = { rowCount: 4, columns: [categoryColumn('c', ['a', 'b', 'never'], [0, MISSING, 2, UNSEEN])] };
  expect(fullRows(inputs, asked)).toEqual([
    [0, 1, 0],
    [0, 0, 1],
    [0, 0, 0],
    [0, 0, 0],
  ]);
});
