/** Who is nearest to which middle, and in which fifths: as computed from encoded rows, for one row and for many. */
import { describe, expect, it } from 'vitest';
import { encodeMixed, fitScales, widthOf } from '../../../src/ml/clusters/mixed-columns.ts';
import { MISSING, UNSEEN } from '../../../src/ml/data/table.ts';
import type { Table } from '../../../src/ml/data/table.ts';
import { fifthsTest, nearestTest } from '../../../src/store/score-files/nearest-test.ts';
import type { TestedRows } from '../../../src/store/score-files/row-filter.ts';
import { oneRow } from '../../../src/store/score-files/segment-tests.ts';
import type { FifthsPart, NearestColumn, NearestPart } from '../../../src/store/segment-documents.ts';
import { createRandom } from '../../helpers/random.ts';

const random = createRandom(4);
const rowCount = 200;
const levels = ['Monthly', 'One year', 'Two year'];
const table: Table = {
  rowCount,
  columns: [
    {
      kind: 'number',
      name: 'tenure',
      values: Float64Array.from({ length: rowCount }, () => (random() < 0.1 ? NaN : random.below(70))),
    },
    {
      kind: 'number',
      name: 'spend',
      values: Float64Array.from({ length: rowCount }, () => Math.exp(4 * random())),
    },
    {
      kind: 'category',
      name: 'contract',
      levels,
      codes: Int32Array.from({ length: rowCount }, () => random.pick([MISSING, 0, 1, 2, 2])),
    },
  ],
};
const scales = fitScales(table);
const width = widthOf(scales);
const groups = 3;
const centres = Float64Array.from({ length: groups * width }, () => random() - 0.3);

/** As `centres` says it, column by column. */
const columns: NearestColumn[] = scales.map((scale, s) => {
  const offset = widthOf(scales.slice(0, s));
  const at = (group: number, k = 0): number => centres[group * width + offset + k]!;
  const each = Array.from({ length: groups }, (_, group) => group);
  return scale.kind === 'number'
    ? { ...scale, centres: each.map((group) => at(group)) }
    : {
        ...scale,
        levels: [...scale.levels],
        shares: each.map((group) => scale.levels.map((_, k) => at(group, k) / scale.weight)),
      };
});

/** `levelsOfModel`: another model may have them in another order, and not all of them. */
function rowsOf(
  some: Table,
  key: string | null = null,
  levelsOfModel: readonly string[] = levels,
): TestedRows {
  const others = [...levels, 'Weekly'].filter((level) => !levelsOfModel.includes(level));
  const texts = [...levelsOfModel, ...others];
  return {
    key,
    rowCount: some.rowCount,
    features: some.columns.map(({ name, kind }) =>
      kind === 'number'
        ? { name, type: 'number', levels: [] }
        : { name, type: 'category', levels: levelsOfModel },
    ),
    probability: () => new Float64Array(some.rowCount),
    identifiers: () => ({ bytes: new Uint8Array(0), ends: new Uint32Array(some.rowCount) }),
    input: (place) => {
      const column = some.columns[place]!;
      if (column.kind === 'number') return { kind: 'number', values: column.values };
      const textOf = (code: number): string | undefined => (code === UNSEEN ? 'Weekly' : column.levels[code]);
      return { kind: 'level', codes: column.codes.map((code) => texts.indexOf(textOf(code) ?? '-')), others };
    },
  };
}

const partOf = (place: number, grouping = 1): NearestPart => ({ kind: 'nearest', grouping, place, columns });

function nearestOf(some: Table): number[] {
  const rows = encodeMixed(some, scales);
  return Array.from({ length: some.rowCount }, (_, row) => {
    const distances = Array.from({ length: groups }, (_unused, group) => {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += (rows[row * width + j]! - centres[group * width + j]!) ** 2;
      return sum;
    });
    return distances.indexOf(Math.min(...distances));
  });
}

function found(rows: TestedRows, grouping = 1): number[] {
  const tests = Array.from({ length: groups }, (_, place) => nearestTest(rows, partOf(place, grouping)));
  return Array.from({ length: rows.rowCount }, (_, row) => tests.findIndex((test) => test(row)));
}

describe('the nearest group', () => {
  it('is that of the encoded row, whatever the model calls its levels', () => {
    const nearest = nearestOf(table);
    expect(new Set(nearest).size).toBe(groups);
    expect(found(rowsOf(table))).toEqual(nearest);
    expect(found(rowsOf(table, null, ['Two year', 'Monthly']))).toEqual(nearest);
  });

  it('is found for a single customer as for many, and for levels never seen before', () => {
    const unseen: Table = {
      ...table,
      columns: table.columns.map((column) =>
        column.kind === 'number' ? column : { ...column, codes: column.codes.map(() => UNSEEN) },
      ),
    };
    const nearest = nearestOf(unseen);
    expect(found(rowsOf(unseen))).toEqual(nearest);
    const [tenure, spend] = table.columns;
    for (let row = 0; row < 20; row++) {
      const numberOf = (column: typeof tenure): number | null => {
        const value = column!.kind === 'number' ? column!.values[row]! : NaN;
        return Number.isNaN(value) ? null : value;
      };
      const inputs = { tenure: numberOf(tenure), spend: numberOf(spend), contract: 'Weekly' };
      expect(found(oneRow({ probability: 0.5, customerId: 'c', inputs }))).toEqual([nearest[row]]);
    }
  });

  it('is none where the model lacks a column', () => {
    const [, ...others] = table.columns;
    expect(new Set(found(rowsOf({ rowCount, columns: others })))).toEqual(new Set([-1]));
  });

  it('is computed once for rows that can be asked for again, for each grouping of its own', () => {
    const nearest = nearestOf(table);
    let asked = 0;
    const counted = (): TestedRows => {
      const rows = rowsOf(table, 'file 1');
      return {
        ...rows,
        input: (place) => {
          asked++;
          return rows.input(place);
        },
      };
    };
    expect(found(counted())).toEqual(nearest);
    expect(found(counted())).toEqual(nearest);
    expect(asked).toBe(scales.length);
    expect(found(counted(), 2)).toEqual(nearest);
    expect(asked).toBe(2 * scales.length);
  });
});

describe('fifths', () => {
  const edges = [10, 20, 30, 40];
  const part = (cells: number[], isReversed = true): FifthsPart => ({
    kind: 'fifths',
    columns: [
      { name: 'recency', edges, isReversed },
      { name: 'frequency', edges, isReversed: false },
      { name: 'spend', edges, isReversed: false },
    ],
    cells,
  });
  const isIn = (inputs: Record<string, number | string | null>, cell: number, isReversed = true): boolean =>
    fifthsTest(oneRow({ probability: 0, customerId: null, inputs }), part([cell], isReversed))(0);
  /** 5 × (recency − 1) + mean of frequency and spend − 1. */
  const cell = (recency: number, others: number): number => 5 * (recency - 1) + others - 1;

  it('count recency downwards, and frequency and spend together', () => {
    expect(isIn({ recency: 10, frequency: 41, spend: 99 }, cell(5, 5))).toBe(true);
    expect(isIn({ recency: 10.1, frequency: 10, spend: 10 }, cell(4, 1))).toBe(true);
    expect(isIn({ recency: 41, frequency: 10, spend: 11 }, cell(1, 2))).toBe(true);
    expect(isIn({ recency: 41, frequency: 10, spend: 11 }, cell(1, 1))).toBe(false);
  });

  it('take dates as days, the last one the most recent', () => {
    const inputs = { recency: '1970-02-15', frequency: 1, spend: 1 };
    expect(isIn(inputs, cell(5, 1), false)).toBe(true);
  });

  it('leave out customers of whom one is not known', () => {
    for (const missing of ['recency', 'frequency', 'spend']) {
      const inputs = { recency: 1, frequency: 1, spend: 1, [missing]: null };
      expect(
        fifthsTest(oneRow({ probability: 0, customerId: null, inputs }), part([...Array(25).keys()]))(0),
      ).toBe(false);
    }
    const inputs = { recency: 1, frequency: 1 };
    expect(
      fifthsTest(oneRow({ probability: 0, customerId: null, inputs }), part([...Array(25).keys()]))(0),
    ).toBe(false);
  });
});
