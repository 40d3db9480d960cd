/** A small version of bench/monitoring.ts, whose figures are in docs/benchmarks.md. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createFinder,
  createPool,
  drawFile,
  plantShift,
  shifts,
} from '../../../bench/monitoring-simulation.ts';
import type { Pool } from '../../../bench/monitoring-simulation.ts';
import type { Finding } from '../../../src/domain/monitoring/findings.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import type { CountedRows } from '../../../src/ml/monitoring/tally.ts';

let pool: Pool;
let find: (file: CountedRows) => readonly Finding[];
beforeAll(() => {
  pool = createPool(20_000, 3);
  find = createFinder(pool);
});
const random = createRandom(4);

describe.each([500, 3_000, 20_000])('in files of %i rows', (rows) => {
  it('customers as they were raise no alarm', () => {
    for (let i = 0; i < 20; i++) expect(find(drawFile(pool, rows, random))).toEqual([]);
  });

  it.each(shifts)('a shift in one column is found, and no other column is named: %s', (shift) => {
    pool.model.schema.features.forEach(({ name }, column) => {
      const found = find(plantShift(drawFile(pool, rows, random), column, shift));
      expect(new Set(found.flatMap((one) => one.column ?? []))).toEqual(new Set([name]));
    });
  });
});

it('a verdict does not change because a file is large: a small shift is none, however many rows show it', () => {
  const file = drawFile(pool, 60_000, random);
  const [months] = pool.model.schema.features.flatMap(({ name }, j) => (name === 'tenure' ? [j] : []));
  const input = file.inputs[months!]!;
  if (input.kind !== 'number') throw new Error('Tenure is a number.');
  const moved = { kind: 'number' as const, values: input.values.map((value) => Math.min(72, value + 1)) };
  expect(find({ ...file, inputs: file.inputs.with(months!, moved) })).toEqual([]);
});

it('too few rows tell nothing', () => {
  expect(find(drawFile(pool, 1, random))).toEqual([]);
  expect(find(drawFile(pool, 0, random))).toEqual([]);
});
