import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/ml/math/random.ts';
import { binColumns, fitBins } from '../../../src/ml/tree/bins.ts';
import { bundleFeatures } from '../../../src/ml/tree/bundles.ts';
import {
  createHistogram,
  createHistogramLayout,
  fillHistogram,
  subtractHistogram,
} from '../../../src/ml/tree/histogram.ts';
import { sampleData } from './sample-tables.ts';

const { table } = sampleData(5000, 9, 1);
const bins = fitBins(table, 100);
const columns = binColumns(bins, table);
const layout = createHistogramLayout(bins, columns);
const random = createRandom(2);
const gradient = Float64Array.from({ length: 5000 }, () => random.normal());
const curvature = Float64Array.from({ length: 5000 }, () => random.next());
const rows = Int32Array.from({ length: 5000 }, (_, i) => (i * 7) % 5000);

const fill = (features: Int32Array, start: number, end: number): Float64Array => {
  const histogram = createHistogram(layout);
  fillHistogram(histogram, layout, features, rows, start, end, gradient, curvature);
  return histogram;
};
/** Row by row, bin by bin. */
const direct = (features: Int32Array, start: number, end: number): Float64Array => {
  const histogram = createHistogram(layout);
  for (const row of rows.subarray(start, end))
    for (const f of features) {
      const slot = 2 * (layout.offsets[f]! + columns[f]![row]!);
      histogram[slot]! += gradient[row]!;
      histogram[slot + 1]! += curvature[row]!;
    }
  return histogram;
};
const expectSame = (found: Float64Array, expected: Float64Array): void => {
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 9);
  });
};

describe('a histogram', () => {
  it('is what adding row by row gives, in small nodes, in large ones and for some features', () => {
    const all = Int32Array.from(bins.keys());
    for (const [start, end] of [
      [0, 10],
      [3, 700],
      [0, 5000],
    ] as const)
      for (const features of [all, Int32Array.of(1, 2, 7), Int32Array.of(3), Int32Array.of(4)])
        expectSame(fill(features, start, end), direct(features, start, end));
  });

  it('of a sibling is the parent’s less this one’s', () => {
    const all = Int32Array.from(bins.keys());
    const parent = fill(all, 0, 5000);
    subtractHistogram(parent, fill(all, 0, 1800), layout, all);
    expectSame(parent, direct(all, 1800, 5000));
  });
});

describe('bundles', () => {
  it('join small features whose bins multiply to at most 256', () => {
    const bundles = bundleFeatures(bins, columns);
    // Four categories of five levels and missing: 6³ = 216 fit, the fourth stands alone.
    expect(bundles.map((bundle) => [Array.from(bundle.features), bundle.jointBins])).toEqual([
      [[1, 3, 5], 216],
    ]);
  });

  it('leave out the bin for no value where none is missing', () => {
    const present = columns.map((column) => column.map((bin) => Math.max(bin, 1)));
    expect(bundleFeatures(bins, present).map((bundle) => bundle.jointBins)).toEqual([125]);
  });
});
