import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneColumn } from '../../../src/ml/evaluation/baselines.ts';
import { fitEstimator, predictWith } from '../../../src/ml/estimators.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { resample } from '../../../src/ml/data/resampling.ts';
import { groupRows, takeGroups } from '../../../src/ml/data/row-groups.ts';
import { takeRows } from '../../../src/ml/data/table.ts';
import { tuneAuto } from '../../../src/ml/auto/auto.ts';
import { categoryColumn, numberColumn, sampleData } from '../tree/sample-tables.ts';

describe('rows that belong together', () => {
  it('are those that names and copies connect, as a walk from row to row finds them', () => {
    const row = fc.record({ name: fc.constantFrom('', ' ', 'a', 'b', ' b', 'c', 'd'), copy: fc.nat(30) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 25 }), (rows) => {
        // Numbers that no two rows share by chance.
        const table = {
          rowCount: rows.length,
          columns: [1, 2, 3].map((k) =>
            numberColumn(
              `n${k}`,
              rows.map(({ copy }) => Math.sin(copy + k)),
            ),
          ),
        };
        const groups = groupRows(table, new Uint8Array(rows.length), [rows.map(({ name }) => name)]);
        const hasCopies = groups !== null && new Set(rows.map(({ copy }) => copy)).size < rows.length;
        const isTogether = (i: number, j: number) => {
          const [a, b] = [rows[i]!, rows[j]!];
          return a.name.trim() !== '' && a.name.trim() === b.name.trim();
        };
        for (let i = 0; i < rows.length; i++)
          for (let j = 0; j < i; j++) if (isTogether(i, j)) expect(groups![i]).toBe(groups![j]);
        if (!hasCopies) return;
        // Walked: the rows that can be reached over equal names, or equal cells where those are no chance.
        const isCopied = rows.some((_, i) =>
          rows.some(
            (__, j) =>
              rows[i]!.copy === rows[j]!.copy && !isTogether(i, j) && i !== j && groups[i] === groups[j],
          ),
        );
        const reach = (start: number) => {
          const seen = new Set([start]);
          for (const i of seen)
            for (let j = 0; j < rows.length; j++)
              if (isTogether(i, j) || (isCopied && rows[i]!.copy === rows[j]!.copy)) seen.add(j);
          return seen;
        };
        rows.forEach((_, i) => {
          const reached = reach(i);
          rows.forEach((__, j) => {
            expect(groups[i] === groups[j]).toBe(reached.has(j));
          });
        });
      }),
    );
  });

  it('are copies of measured rows, but not rows that few levels make alike', () => {
    const { table, target } = sampleData(300, 6, 1);
    const twice = Int32Array.from({ length: 600 }, (_, i) => i % 300);
    const labels = Uint8Array.from(twice, (row) => target[row]!);
    const groups = groupRows(takeRows(table, twice), labels, []);
    for (let row = 0; row < 300; row++) expect(groups![row]).toBe(groups![row + 300]);
    expect(groupRows(table, target, [])).toBeNull();
    const flags = [0, 1, 2].map((j) =>
      categoryColumn(
        `c${j}`,
        ['a', 'b'],
        Array.from({ length: 600 }, (_, i) => (i >> j) & 1),
      ),
    );
    expect(groupRows({ rowCount: 600, columns: flags }, labels, [])).toBeNull();
  });

  it('keep their group when they are repeated to even out the classes', () => {
    const data = sampleData(200, 3, 2);
    const evened = resample(
      { ...data, target: data.target.map((label, i) => (i % 8 === 0 ? 1 : label && 0)) },
      'over',
      createRandom(1),
    );
    expect(evened.groups).toHaveLength(evened.target.length);
    expect(new Set(evened.groups).size).toBe(200);
  });
});

describe('splits inside a fit', () => {
  /** Noise, four rows a customer, and columns that name the customer: only copies can be foreseen. */
  const random = createRandom(8);
  const customers = 151;
  const rows = Int32Array.from({ length: 4 * customers }, (_, i) => i % customers);
  const label = Uint8Array.from({ length: customers }, () => random.below(2));
  const target = Uint8Array.from(rows, (customer) => label[customer]!);
  const columns = [0, 1, 2].map((j) => {
    const values = Float64Array.from({ length: customers }, () => random.normal());
    return numberColumn(
      `n${j}`,
      Array.from(rows, (customer) => values[customer]!),
    );
  });
  const table = { rowCount: rows.length, columns };
  const loss = (groups: Int32Array | null) => {
    const params = { folds: 3, families: ['forest'] as const };
    const { model } = tuneAuto(
      params,
      { table, target, ...takeGroups(groups, Int32Array.from(rows.keys())) },
      createRandom(1),
    );
    return Math.min(...model.trials.map((trial) => trial.logLoss));
  };

  it('of auto see no customer on both sides', () => {
    expect(loss(null)).toBeLessThan(0.6);
    expect(loss(rows)).toBeGreaterThan(0.66);
  });

  it.each(['network', 'boosting'] as const)(
    'stop %s early by customers that it has not learned from',
    (family) => {
      const params =
        family === 'boosting'
          ? { validationShare: 0.3, trees: 100 }
          : { validationShare: 0.3, maxEpochs: 40, networks: 1, dropout: 0 };
      const spread = (groups: Int32Array | null) => {
        const data = { table, target, ...takeGroups(groups, Int32Array.from(rows.keys())) };
        const predicted = predictWith(fitEstimator(family, params, data, createRandom(1)), table);
        return predicted.reduce((sum, p) => sum + Math.abs(p - 0.5), 0) / predicted.length;
      };
      // Copies on both sides tell a fit to go on learning names by heart.
      expect(spread(rows)).toBeLessThan(0.75 * spread(null));
    },
  );

  it('of the best rule on one column judge a column by other customers', () => {
    const name = categoryColumn(
      'name',
      Array.from({ length: customers }, (_, i) => `c${i}`),
      Array.from(rows),
    );
    const honest = numberColumn(
      'honest',
      Array.from(target, (left) => left + 1.5 * random.normal()),
    );
    const both = { rowCount: rows.length, columns: [name, honest] };
    const chosen = (groups?: Int32Array) =>
      oneColumn.fit({}, { table: both, target, ...(groups ? { groups } : {}) }, createRandom(1)).feature;
    expect(chosen()).toBe(0);
    expect(chosen(rows)).toBe(1);
  });
});
