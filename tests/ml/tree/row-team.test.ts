/** Passes over the rows of a tree in parts give what one pass gives. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/ml/math/random.ts';
import { oneThread } from '../../../src/ml/parallel/threads.ts';
import { binColumns, fitBins, toRows } from '../../../src/ml/tree/bins.ts';
import { bundleFeatures } from '../../../src/ml/tree/bundles.ts';
import { createHistogram, createHistogramLayout, fillHistogram } from '../../../src/ml/tree/histogram.ts';
import { partitionRows } from '../../../src/ml/tree/partition.ts';
import { createRowMemory, FEWEST_SHARED_ROWS, PART_ROWS, partsOf } from '../../../src/ml/tree/row-parts.ts';
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
    expect([0, 100, 2 * PART_ROWS - 1].map(partsOf)).toEqual([1, 1, 1]);
    expect(partsOf(2 * PART_ROWS)).toBe(2);
    expect(partsOf(10_000_000)).toBe(16);
  });

  it('draws rows, and leaves those that weigh nothing', () => {
    const team = startTeam();
    const { rows, others, words, weights } = team.memory;
    weights[rowCount - 1] = 0;
    createRandom(5).fill(words);
    const isDrawn = (row: number) =>
      weights[row]! > 0 && ((words[row >>> 1]! >>> ((row & 1) << 4)) & 0xffff) < 0.3 * 65_536;
    const { count, otherCount } = team.draw(0.3);
    const all = [...weights.keys()];
    expect([...rows.subarray(0, count)]).toEqual(all.filter(isDrawn));
    expect([...others.subarray(0, otherCount)]).toEqual(all.filter((row) => !isDrawn(row)));
  });

  it('sums the gradients and curvatures of the rows that it draws', () => {
    const team = startTeam();
    const { rows, gradient, curvature, weights, oddsAgainst, words } = team.memory;
    createRandom(5).fill(words);
    const { count, sums } = team.draw(0.5);
    const row = rows[7]!;
    const p = 1 / (1 + oddsAgainst[row]!);
    expect(gradient[row]).toBe(weights[row]! * (target[row]! - p));
    expect(curvature[row]).toBe(weights[row]! * p * (1 - p));
    const sum = (values: Float64Array) =>
      rows.subarray(0, count).reduce((total, drawn) => total + values[drawn]!, 0);
    expect(sums.gradient).toBeCloseTo(sum(gradient), 6);
    expect(sums.curvature).toBeCloseTo(sum(curvature), 6);
  });

  it('counts histograms, of large nodes up to rounding', () => {
    const team = startTeam();
    const { rows, gradient, curvature } = team.memory;
    team.draw(1);
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
