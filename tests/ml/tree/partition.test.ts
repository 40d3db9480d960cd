import { describe, expect, it } from 'vitest';
import { createRandom, shuffle } from '../../../src/ml/math/random.ts';
import { joinSides, markLeftBins, partitionRows, sortSides } from '../../../src/ml/tree/partition.ts';

const random = createRandom(1);
const column = Uint8Array.from({ length: 1_000 }, () => random.below(9));
const leftBins = new Uint8Array(256);
const rowsOf = (): Int32Array => {
  const rows = Int32Array.from(column.keys());
  shuffle(rows, createRandom(2));
  return rows;
};
const split = { gain: 1, feature: 0, low: 2, high: 5, set: null, leftGradient: 0, leftCurvature: 0 };

describe('the rows of a node', () => {
  it('are divided by the bins of an interval or of a set, and keep their order on either side', () => {
    const isLeft = (row: number) => column[row]! >= 2 && column[row]! <= 5;
    const set = new Uint32Array(8);
    set[0] = 0b111100;
    for (const kind of [split, { ...split, set }]) {
      markLeftBins(leftBins, kind);
      const rows = rowsOf();
      const [before, inside, after] = [rows.slice(0, 100), rows.slice(100, 900), rows.slice(900)];
      const middle = partitionRows(rows, 100, 900, column, leftBins, new Int32Array(1_000));
      const [left, right] = [inside.filter(isLeft), inside.filter((row) => !isLeft(row))];
      expect(middle).toBe(100 + left.length);
      expect([...rows]).toEqual([...before, ...left, ...right, ...after]);
    }
  });

  it('come to the same order part by part', () => {
    const [rows, expected] = [rowsOf(), rowsOf()];
    const middle = partitionRows(expected, 0, 1_000, column, leftBins, new Int32Array(1_000));
    const scratch = new Int32Array(1_000);
    const cuts = [0, 1, 333, 333, 1_000];
    const counts = Int32Array.from({ length: cuts.length - 1 }, (_, part) =>
      sortSides(rows, cuts[part]!, cuts[part + 1]!, column, leftBins, scratch),
    );
    expect(joinSides(rows, cuts, counts, scratch)).toBe(middle);
    expect(rows).toEqual(expected);
  });
});
