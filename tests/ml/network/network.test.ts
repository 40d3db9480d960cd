import { describe, expect, it } from 'vitest';
import { logLoss, rocAuc } from '../../../src/ml/evaluation/metrics.ts';
import { network } from '../../../src/ml/network/network.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { takeRows } from '../../../src/ml/data/table.ts';
import { numberColumn, sampleData, spoil } from '../tree/sample-tables.ts';

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

  it('starts its reasons near the mean prediction', () => {
    const predicted = network.predict(model, data.table);
    const mean = predicted.reduce((sum, p) => sum + p, 0) / predicted.length;
    expect(Math.abs(network.explain(model, data.table).base - mean)).toBeLessThan(0.03);
  });

  it('stops early where there is nothing to learn', () => {
    const random = createRandom(3);
    const target = data.target.map(() => random.below(2));
    const loss = (change: object): number => {
      const fitted = network.fit(
        { ...params, maxEpochs: 60, dropout: 0, ...change },
        { table: data.table, target },
        createRandom(1),
      );
      const fresh = sampleData(1000, 5, 2).table;
      return logLoss(
        network.predict(fitted, fresh),
        Uint8Array.from({ length: 1000 }, (_, i) => i % 2),
      );
    };
    expect(loss({})).toBeLessThan(Math.LN2 + 0.03);
    expect(loss({ validationShare: 0 })).toBeGreaterThan(Math.LN2 + 0.1);
  });

  it('takes a row of no weight for no row at all', () => {
    const rows = Int32Array.from({ length: 900 }, (_, i) => i);
    const weights = Float64Array.from(data.target, (_, i) => Number(i < 900));
    const part = { table: takeRows(data.table, rows), target: data.target.slice(0, 900) };
    expect(network.fit(params, { ...data, weights }, createRandom(1))).toEqual(
      network.fit(params, part, createRandom(1)),
    );
  });

  it('has smaller weights under a penalty', () => {
    const size = (change: object): number => {
      const { networks } = network.fit(
        { ...params, batchNorm: false, networks: 1, ...change },
        data,
        createRandom(1),
      );
      return networks[0]!.reduce((sum, { weights }) => weights.reduce((s, w) => s + Math.abs(w), sum), 0);
    };
    const free = size({ weightDecay: 0 });
    for (const change of [{ l1: 0.01 }, { l2: 0.01 }, { weightDecay: 3 }])
      expect(size({ weightDecay: 0, ...change })).toBeLessThan(0.8 * free);
  });

  it('handles twenty rows and refuses invalid parameters', () => {
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
