import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keepMarkedRows } from '../../../src/ml/data/compaction.ts';
import { takeRows } from '../../../src/ml/data/table.ts';
import { sampleData } from '../tree/sample-tables.ts';

it('rows that are kept are those of a copy, in the memory of all', () => {
  fc.assert(
    fc.property(fc.uint8Array({ max: 1, minLength: 40, maxLength: 40 }), (isKept) => {
      const { table } = sampleData(40, 4, 1);
      const rows = Int32Array.from(isKept.keys()).filter((row) => isKept[row] === 1);
      const copy = takeRows(table, rows);
      const kept = keepMarkedRows(table, isKept);
      expect(kept).toEqual(copy);
      kept.columns.forEach((column, j) => {
        const before = table.columns[j]!;
        if (column.kind === 'number' && before.kind === 'number')
          expect(column.values.buffer).toBe(before.values.buffer);
      });
    }),
  );
});
