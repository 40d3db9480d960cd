import { describe, expect, it } from 'vitest';
import { encodeTable, fitEncoder } from '../../../src/ml/data/encoding.ts';
import { MISSING } from '../../../src/ml/data/table.ts';
import type { Table } from '../../../src/ml/data/table.ts';
import { describeRows, namedLevels } from '../../../src/ml/monitoring/reference.ts';
import type { Reference } from '../../../src/ml/monitoring/reference.ts';
import { addTally, createTally, layoutOf } from '../../../src/ml/monitoring/tally.ts';
import type { CountedRows } from '../../../src/ml/monitoring/tally.ts';

const levels = Array.from({ length: namedLevels + 2 }, (_, i) => `level ${i}`);

/** 1,000 rows: 0 to 999, none for every tenth; level 0 for half of them, each of the others for as many. */
function trainingRows(): Table {
  const values = Float64Array.from({ length: 1_000 }, (_, i) => (i % 10 === 3 ? NaN : i));
  const codes = Int32Array.from({ length: 1_000 }, (_, i) =>
    i % 2 === 0 ? 0 : i < 20 ? MISSING : i === 21 ? namedLevels + 1 : 1 + (i % namedLevels),
  );
  return {
    rowCount: 1_000,
    columns: [
      { kind: 'number', name: 'months', values },
      { kind: 'category', name: 'plan', levels, codes },
    ],
  };
}

function referenceOf(table: Table): { reference: Reference; featureLevels: readonly (readonly string[])[] } {
  const features = fitEncoder(table, ['number', 'category']);
  const encoded = encodeTable(features, table);
  const reference = describeRows({
    features,
    table: encoded,
    heldOut: encoded,
    score: ({ rowCount }) => ({
      probabilities: new Float64Array(rowCount),
      explanation: {
        featureCount: 2,
        base: 0,
        contributions: Float64Array.from({ length: 2 * rowCount }, (_, i) => (i % 2 === 0 ? 0.25 : -0.5)),
      },
    }),
  });
  return { reference, featureLevels: features.map((feature) => feature.levels) };
}

const { reference, featureLevels } = referenceOf(trainingRows());
const layout = layoutOf(reference);
const tally = createTally(reference, featureLevels);

function rowsOf(values: number[], codes: number[]): CountedRows {
  return {
    rowCount: values.length,
    inputs: [
      { kind: 'number', values: Float64Array.from(values) },
      { kind: 'level', codes: Int32Array.from(codes) },
    ],
    probability: Float64Array.from(values, (_, i) => i / 10),
    monthlyValue: Float64Array.from(values, (_, i) => (i === 0 ? NaN : 20)),
    contributions: Float64Array.from({ length: 2 * values.length }, (_, i) => i),
  };
}

describe('what a model remembers of its training rows', () => {
  it('is tenths of numbers, and the most frequent levels by name', () => {
    const [months, plan] = reference.features;
    expect(months).toMatchObject({ kind: 'number', missing: 100, range: { min: 0, max: 999 } });
    expect(months?.counts).toHaveLength(10);
    for (const count of months?.counts ?? []) expect(Math.abs(count - 90)).toBeLessThan(2);
    expect(plan).toMatchObject({ kind: 'level', missing: 10, seenOnce: 1 });
    expect(plan?.counts[0]).toBe(500);
    expect(plan?.counts.reduce((sum, count) => sum + count, 0)).toBe(990);
  });

  it('has the mean reasons of held-out customers', () => {
    expect(reference.meanReasons).toEqual([0.25, -0.5]);
  });
});

describe('counting the rows of a file', () => {
  it('counts values where the training rows were counted', () => {
    const table = trainingRows();
    const [months, plan] = encodeTable(fitEncoder(table, ['number', 'category']), table).columns;
    if (months?.kind !== 'number' || plan?.kind !== 'category') throw new Error('unexpected columns');
    const cells = tally(
      rowsOf(
        [...months.values],
        [...plan.codes].map((code) => code),
      ),
    );
    reference.features.forEach(({ counts, missing }, j) => {
      const place = layout.features[j]!;
      expect([...cells.subarray(place.bins, place.bins + counts.length)]).toEqual(counts);
      expect(cells[place.missing]).toBe(missing);
    });
  });

  it('counts missing and new values, and numbers outside the training range', () => {
    const fresh = featureLevels[1]!.length;
    const cells = tally(rowsOf([NaN, -1, 1_000, 2_000], [MISSING, fresh, fresh + 7, 0]));
    const [months, plan] = layout.features;
    expect([...cells.subarray(months!.missing, months!.missing + 4)]).toEqual([1, 0, 1, 2]);
    expect([...cells.subarray(plan!.missing, plan!.missing + 4)]).toEqual([1, 2, 0, 0]);
    // Numbers outside are in the first and the last bin, too.
    expect(cells[months!.bins]).toBe(1);
    expect(cells[months!.missing - 1]).toBe(2);
  });

  it('counts scores, and sums probabilities, their money, and reasons', () => {
    const cells = tally(rowsOf([1, 2, 3], [0, 0, 0]));
    expect([0, 100, 200].map((step) => cells[layout.scores + step])).toEqual([1, 1, 1]);
    expect(cells[layout.probability + 20]).toBe(0.2);
    expect(cells[layout.value + 10]).toBe(2);
    expect(cells[layout.squaredValue + 10]).toBeCloseTo(40, 12);
    expect([cells[layout.reasons], cells[layout.reasons + 1]]).toEqual([0 + 2 + 4, 1 + 3 + 5]);
    expect([cells[layout.rows], cells[layout.explained]]).toEqual([3, 3]);
  });

  it('adds up: two blocks are the file', () => {
    const cells = tally(rowsOf([1, NaN], [0, 1]));
    addTally(cells, tally(rowsOf([5], [2])));
    expect(cells[layout.rows]).toBe(3);
    expect(cells[layout.features[0]!.missing]).toBe(1);
  });
});

it('finds the bin of a number as its edges say, wherever it lies', () => {
  const edges = [-3, -0.5, 0, 1e-9, 2, 7.25, 7.5, 1_000];
  const counts = new Array<number>(edges.length + 1).fill(1);
  for (const range of [{ min: -10, max: 1e6 }, { min: 0, max: 0 }, null]) {
    const one: Reference = {
      rowCount: 9,
      features: [{ kind: 'number', name: 'x', edges, counts, missing: 0, range }],
      meanReasons: [0],
    };
    const count = createTally(one, [[]]);
    const [place] = layoutOf(one).features;
    for (const value of [...edges, ...edges.map((edge) => edge + 0.001), -1e9, 1e9, 5e5, 7.4]) {
      const cells = count({
        rowCount: 0,
        inputs: [{ kind: 'number', values: Float64Array.of(value) }],
        probability: new Float64Array(0),
        monthlyValue: new Float64Array(0),
        contributions: null,
      });
      expect(cells[place!.bins + edges.filter((edge) => edge <= value).length]).toBe(1);
    }
  }
});
