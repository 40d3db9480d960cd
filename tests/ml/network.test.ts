import { describe, expect, it } from 'vitest';
import { logLoss, rocAuc } from '../../src/ml/metrics.ts';
import { network } from '../../src/ml/network.ts';
import { createRandom } from '../../src/ml/random.ts';
import { takeRows } from '../../src/ml/table.ts';
import { numberColumn, sampleData, spoil } from './tree/sample-tables.ts';

const data = sampleData(1200, 5, 1);
const params = { ...network.defaults, hidden: [12, 6], maxEpochs: 8 };
const model = network.fit(params, data, createRandom(7));

describe('the network', () => {
  it('learns a pattern that no sum of single columns shows', () => {
    const random = createRandom(2);
    const cells = (): Float64Array => Float64Array.from({ length: 3000 }, () => random.normal());
    const [x, y] = [cells(), cells()];
    const table = { rowCount: 3000, columns: [numberColumn('x', x), numberColumn('y', y)] };
    const target = Uint8Array.from(x, (value, i) => Number(value * y[i]! > 0));
    const fitted = network.fit(network.defaults, { table, target }, createRandom(1));
    expect(rocAuc(network.predict(fitted, table), target)).toBeGreaterThan(0.95);
  });

  it('generalises with every kind of loss and penalty', () => {
    const fresh = sampleData(1000, 5, 2);
    const rate = fresh.target.reduce((sum, y) => sum + y, 0) / 1000;
    const entropy = -rate * Math.log(rate) - (1 - rate) * Math.log(1 - rate);
    for (const change of [
      {},
      { l1: 1e-4, l2: 1e-3 },
      { focus: 1 },
      { classWeight: 'balanced' as const },
      { hidden: [8, 8, 8], batchNorm: false },
    ]) {
      const fitted = network.fit({ ...params, ...change }, data, createRandom(1));
      expect(logLoss(network.predict(fitted, fresh.table), fresh.target)).toBeLessThan(entropy - 0.05);
    }
  });

  it('gives a row the same bits in any table', () => {
    const all = network.predict(model, data.table);
    for (const rows of [[5], [1100, 5, 5], [3, 300, 5, 7]])
      expect(Array.from(network.predict(model, takeRows(data.table, Int32Array.from(rows))))).toEqual(
        rows.map((row) => all[row]),
      );
  });

  it('is the same for the same seed, another for another', () => {
    expect(network.fit(params, data, createRandom(7))).toEqual(model);
    expect(network.fit(params, data, createRandom(8))).not.toEqual(model);
  });

  it('gives reasons that add up exactly and state their error, for missing, unseen and huge values too', () => {
    const some = takeRows(
      spoil(data.table),
      Int32Array.from({ length: 20 }, (_, i) => i),
    );
    const predicted = network.predict(model, some);
    const { base, contributions, standardErrors } = network.explain(model, some);
    predicted.forEach((p, i) => {
      expect(p).toBeGreaterThanOrEqual(0);
      expect(p).toBeLessThanOrEqual(1);
      const reasons = contributions.subarray(5 * i, 5 * i + 5);
      expect(Math.abs(reasons.reduce((sum, c) => sum + c, base) - p)).toBeLessThan(1e-9);
    });
    for (const error of standardErrors) expect(error).toBeLessThan(0.1);
  });

  it('keeps no training row: background cells come from different rows', () => {
    const rows = (cellOf: (j: number, i: number) => number, count: number): string[] =>
      Array.from({ length: count }, (_, i) => [0, 1, 2, 3, 4].map((j) => cellOf(j, i)).join());
    const training = new Set(
      rows((j, i) => {
        const column = data.table.columns[j]!;
        return column.kind === 'number' ? column.values[i]! || 0 : column.codes[i]!;
      }, 1200),
    );
    const background = rows((j, i) => model.background[j]!.cells[i]!, 32);
    expect(background.filter((row) => training.has(row)).length).toBeLessThan(4);
  });

  it('copes with twenty rows and refuses what makes no sense', () => {
    const few = network.fit(network.defaults, sampleData(20, 3, 1), createRandom(1));
    for (const p of network.predict(few, sampleData(20, 3, 2).table)) expect(p).not.toBeNaN();
    const fit =
      (p: object, d: object = {}) =>
      () =>
        network.fit({ ...params, ...p }, { ...data, ...d }, createRandom(1));
    expect(fit({ hidden: [] })).toThrow(RangeError);
    expect(fit({ dropout: 1 })).toThrow(RangeError);
    expect(fit({ learningRate: NaN })).toThrow(RangeError);
    expect(fit({}, { target: new Uint8Array(1200) })).toThrow(/two classes/);
  });
});
