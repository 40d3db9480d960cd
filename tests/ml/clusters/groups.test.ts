/** Mixed columns, silhouette, gap statistic and fifths, compared with scikit-learn and NumPy. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countByGap, gapOf } from '../../../src/ml/clusters/gap.ts';
import {
  chooseCount,
  countDifferentRows,
  measureCount,
  prepareCounts,
} from '../../../src/ml/clusters/group-count.ts';
import { kMeansFrom } from '../../../src/ml/clusters/kmeans.ts';
import { encodeMixed, fitScales, widthOf } from '../../../src/ml/clusters/mixed-columns.ts';
import { quintileEdges } from '../../../src/ml/clusters/quintiles.ts';
import { silhouette } from '../../../src/ml/clusters/silhouette.ts';
import { MISSING } from '../../../src/ml/data/table.ts';
import type { Column, Table } from '../../../src/ml/data/table.ts';
import { createRandom } from '../../../src/ml/math/random.ts';

interface Reference {
  readonly tenure: readonly (number | null)[];
  readonly spend: readonly number[];
  readonly contract: readonly string[];
  readonly rows: readonly number[][];
  readonly references: readonly number[][][];
  readonly fits: readonly {
    readonly k: number;
    readonly start: readonly number[][];
    readonly centres: readonly number[][];
    readonly assignment: readonly number[];
    readonly inertia: number;
    readonly silhouette: number;
    readonly gap: { readonly inertias: readonly number[]; readonly value: number; readonly error: number };
  }[];
  readonly fifths: readonly number[];
}
const reference = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../oracles/groups-reference.json'), 'utf8'),
) as Reference;

const numbers = (name: string, values: readonly (number | null)[]): Column => ({
  kind: 'number',
  name,
  values: Float64Array.from(values, (value) => value ?? NaN),
});
function category(name: string, texts: readonly string[]): Column {
  const levels = [...new Set(texts.filter((text) => text !== ''))];
  const codes = Int32Array.from(texts, (text) => (text === '' ? MISSING : levels.indexOf(text)));
  return { kind: 'category', name, levels, codes };
}
const tableOf = (...columns: Column[]): Table => {
  const [first] = columns;
  return { rowCount: first!.kind === 'number' ? first!.values.length : first!.codes.length, columns };
};
const table = tableOf(
  numbers('tenure', reference.tenure),
  numbers('spend', reference.spend),
  category('contract', reference.contract),
);
const scales = fitScales(table);
const rows = encodeMixed(table, scales);
const width = widthOf(scales);
const flat = (some: readonly number[][]): Float64Array => Float64Array.from(some.flat());
const expectClose = (found: Float64Array, expected: readonly number[][]): void => {
  expected.flat().forEach((value, i) => {
    expect(found[i]).toBeCloseTo(value, 9);
  });
};

describe('mixed columns', () => {
  it("are scaled as scikit-learn's encoders do it: numbers to variance 1, categories to a sum of 1", () => {
    expect(scales.map(({ name }) => name)).toEqual(['tenure', 'spend', 'contract']);
    expect(scales[1]).toMatchObject({ isLog: true });
    expectClose(rows, reference.rows);
  });

  it('leave out what is the same for all', () => {
    const same = tableOf(
      numbers('x', [0.1, 0.1, 0.1]),
      category('y', ['a', 'a', 'a']),
      category('z', ['', '', '']),
      numbers('w', [null, null, null]),
    );
    expect(fitScales(same)).toEqual([]);
  });
});

describe('groups', () => {
  it("have the centres, silhouettes and gaps of scikit-learn's from the same starts", () => {
    for (const { k, start, centres, assignment, inertia, silhouette: expected, gap } of reference.fits) {
      const fit = kMeansFrom(rows, width, flat(start));
      expectClose(fit.centres, centres);
      expect([...fit.assignment]).toEqual(assignment);
      expect(fit.inertia).toBeCloseTo(inertia, 8);
      expect(silhouette(rows, width, fit.assignment, k)).toBeCloseTo(expected, 9);
      const inertias = reference.references.map((data) => {
        const from = Array.from({ length: k }, (_, i) => data[Math.trunc((i * 119) / (k - 1))]!);
        return kMeansFrom(flat(data), width, flat(from)).inertia;
      });
      inertias.forEach((value, i) => {
        expect(value).toBeCloseTo(gap.inertias[i]!, 6);
      });
      const found = gapOf(fit.inertia, inertias);
      expect(found.value).toBeCloseTo(gap.value, 9);
      expect(found.error).toBeCloseTo(gap.error, 9);
    }
  });

  it('are suggested as many as there are', () => {
    const measuresOf = (seed: number) => {
      const random = createRandom(seed);
      const near = (middle: number): number => middle + random.normal();
      const middles = Array.from({ length: 240 }, (_, i) => [0, 8, 16][i % 3]!);
      const blobs = tableOf(
        numbers('a', middles.map(near)),
        numbers(
          'b',
          middles.map((middle) => near(middle === 8 ? 8 : 0)),
        ),
      );
      const blobScales = fitScales(blobs);
      const data = prepareCounts({ rows: encodeMixed(blobs, blobScales), scales: blobScales }, random);
      return [1, 2, 3, 4, 5, 6].map((k) => measureCount(data, k, random));
    };
    const measures = measuresOf(3);
    expect(chooseCount(measures)).toEqual({ elbow: 3, silhouette: 3, gap: 3, suggested: 3 });
    expect(measuresOf(3)).toEqual(measures);
  });

  it('are not found in customers who are spread evenly', () => {
    const random = createRandom(5);
    const even = tableOf(
      ...['a', 'b'].map((name) =>
        numbers(
          name,
          Array.from({ length: 300 }, () => random.next()),
        ),
      ),
    );
    const evenScales = fitScales(even);
    const data = prepareCounts({ rows: encodeMixed(even, evenScales), scales: evenScales }, random);
    const measures = [1, 2, 3, 4].map((k) => measureCount(data, k, random));
    expect(chooseCount(measures).gap).toBe(1);
  });

  it('cannot be more than there are different rows', () => {
    expect(countDifferentRows(Float64Array.of(1, 2, 1, 2, 3, 4), 2, 10)).toBe(2);
    expect(countDifferentRows(rows, width, 10)).toBe(10);
  });
});

describe('silhouette', () => {
  it('is 0 for a row alone, and not defined for one group', () => {
    expect(silhouette(Float64Array.of(0, 5), 1, Int32Array.of(0, 1), 2)).toBe(0);
    expect(silhouette(Float64Array.of(0, 5), 1, Int32Array.of(0, 0), 2)).toBeNaN();
    expect(silhouette(Float64Array.of(1, 1, 1), 1, Int32Array.of(0, 0, 1), 2)).toBe(0);
  });
});

describe('the gap statistic', () => {
  it('chooses the smallest number that the next does not beat by more than its error', () => {
    const gaps = [0.1, 0.5, 0.52, 0.9].map((value) => ({ value, error: 0.05 }));
    expect(countByGap(gaps)).toBe(2);
    expect(countByGap(gaps.slice(2))).toBe(2);
  });
});

describe('fifths', () => {
  it("have NumPy's quantiles as edges", () => {
    quintileEdges(Float64Array.from(reference.spend)).forEach((edge, i) => {
      expect(edge).toBeCloseTo(reference.fifths[i]!, 9);
    });
  });

  it('leave out what is not known, and need something', () => {
    expect(quintileEdges(Float64Array.of(NaN, 1, 1, 1))).toEqual([1, 1, 1, 1]);
    expect(() => quintileEdges(Float64Array.of(NaN))).toThrow(RangeError);
  });
});
