import { describe, expect, it } from 'vitest';

import { permutationImportance } from '../../../src/ml/evaluation/permutation-importance.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import type { Table } from '../../../src/ml/data/table.ts';

const random = createRandom(3);
const rowCount = 600;
const strong = Float64Array.from({ length: rowCount }, () => random.next());
const weak = Float64Array.from({ length: rowCount }, () => random.next());
const unused = Float64Array.from({ length: rowCount }, () => random.next());
const table: Table = {
  rowCount,
  columns: [
    { kind: 'number', name: 'unused', values: unused },
    { kind: 'number', name: 'weak', values: weak },
    { kind: 'number', name: 'strong', values: strong },
  ],
};
const score = (rows: Table): Float64Array => {
  const [, b, c] = rows.columns.map((column) =>
    column.kind === 'number' ? column.values : new Float64Array(),
  );
  return c!.map((value, row) => (3 * value + b![row]!) / 4);
};
const target = Uint8Array.from(score(table), (p) => (random.next() < p ? 1 : 0));

describe('permutation importance', () => {
  const importance = permutationImportance(score, table, target, createRandom(1));

  it('ranks columns by what the model loses without them', () => {
    expect(importance.map(({ feature }) => feature)).toEqual(['strong', 'weak', 'unused']);
    expect(importance[0]!.aucDrop).toBeGreaterThan(0.1);
  });

  it('gives exactly 0 to a column that the model does not use', () => {
    expect(importance.at(-1)).toEqual({ feature: 'unused', aucDrop: 0, deviation: 0 });
  });

  it('is the same for the same seed and looks at so many rows only', () => {
    expect(permutationImportance(score, table, target, createRandom(1))).toEqual(importance);
    let most = 0;
    const counting = (rows: Table) => {
      most = Math.max(most, rows.rowCount);
      return score(rows);
    };
    permutationImportance(counting, table, target, createRandom(1), { repeats: 1, maxRows: 100 });
    expect(most).toBe(100);
  });
});
