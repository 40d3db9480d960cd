/** Passes over the rows of a tree in parts give what one pass gives. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/ml/math/random.ts';
import { oneThread } from '../../../src/ml/parallel/threads.ts';
import { binColumns, fitBins, toRows } from '../../../src/ml/tree/bins.ts';
import { bundleFeatures } from '../../../src/ml/tree/bundles.ts';
import { createHistogram, createHistogramLayout, fillHistogram } from '../../../src/ml/tree/histogram.ts';
import { partitionRows } from '../../../src/ml/tree/partition.ts';
import { createRowMemory, FEWEST_SHARED_ROWS, partsOf } from '../../../src/ml/tree/row-parts.ts';
import { RowTeam } from '../../../src/ml/tree/row-team.ts';
import { sampleData } from './sample-tables.ts';

const rowCount = 2 * FEWEST_SHARED_ROWS + 17;
const { table, target } = sampleData(rowCount, 6, 1);
const bins = fitBins(table);
const columns = binColumns(bins, table);
const bundles = bundleFeatures(bins, columns);
const layout = createHistogramLayout(bins, columns, bundles);
const features = Int32Array.of(0, 1, 3, 4, 5);

function startTeam(): RowTeam {
  const random = createRandom(3);
  const weights = Float64Array.from(target, () => 1 + random.below(2));
  const data = { bins, columns, bundles, binRows: toRows(columns), target, weights };
  const memory = createRowMemory(data, createHistogram(layout).length, 8);
  memory.oddsAgainst.forEach((_, row) => (memory.oddsAgainst[row] = 0.5 + random.next()));
  memory.rows.set(Int32Array.from(target.keys()).reverse());
  return new RowTeam(memory, layout, oneThread);
}

describe('a team', () => {
  it('cuts stretches by their length alone', () => {
    expect([0, 100, FEWEST_SHARED_ROWS - 1].map(partsOf)).toEqual([1, 1, 1]);
    expect(partsOf(FEWEST_SHARED_ROWS)).toBe(2);
    expect(partsOf(10_000_000)).toBe(16);
  });

  it('sums gradients and curvatures', () => {
    const team = startTeam();
    const { gradient, curvature, weights, oddsAgainst } = team.memory;
    const sums = team.setGradients(rowCount);
    const p = 1 / (1 + oddsAgainst[5]!);
    expect(gradient[5]).toBe(weights[5]! * (target[5]! - p));
    expect(curvature[5]).toBe(weights[5]! * p * (1 - p));
    expect(sums.gradient).toBeCloseTo(
      gradient.reduce((sum, one) => sum + one, 0),
      6,
    );
    expect(sums.curvature).toBeCloseTo(
      curvature.reduce((sum, one) => sum + one, 0),
      6,
    );
  });

  it('counts histograms, of large nodes up to rounding', () => {
    const team = startTeam();
    const { rows, gradient, curvature } = team.memory;
    team.setGradients(rowCount);
    for (const [end, digits] of [
      [2_000, 12],
      [rowCount - 3, 6],
    ] as const) {
      const [shared, alone] = [createHistogram(layout), createHistogram(layout)];
      team.fill(shared, features, 5, end);
      fillHistogram(alone, layout, features, rows, 5, end, gradient, curvature);
      expect(alone.some((sum) => sum !== 0)).toBe(true);
      alone.forEach((sum, i) => {
        expect(shared[i]).toBeCloseTo(sum, digits);
      });
    }
  });

  it('partitions rows', () => {
    const team = startTeam();
    const { rows, leftBins } = team.memory;
    leftBins.fill(1, 2, 20);
    const expected = rows.slice();
    const middle = partitionRows(expected, 7, rowCount - 9, columns[2]!, leftBins, new Int32Array(rowCount));
    expect(team.partition(2, 7, rowCount - 9)).toBe(middle);
    expect(rows.every((row, i) => row === expected[i])).toBe(true);
  });
});
