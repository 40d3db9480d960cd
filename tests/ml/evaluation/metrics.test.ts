import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeMetrics, rocAuc } from '../../../src/ml/evaluation/metrics.ts';

// Ten customers, highest score first: four left. Row 3 (stayed) and row 4 (left) tie at 0.6.
const scores = Float64Array.of(0.9, 0.8, 0.7, 0.6, 0.6, 0.4, 0.3, 0.2, 0.1, 0.1);
const target = Uint8Array.of(1, 1, 0, 0, 1, 0, 1, 0, 0, 0);

describe('ten rows worked out by hand', () => {
  const metrics = computeMetrics(scores, target, 0.5);

  it('counts the confusion and its shares', () => {
    expect(metrics.confusion).toEqual({
      truePositives: 3,
      falsePositives: 2,
      trueNegatives: 4,
      falseNegatives: 1,
    });
    expect(metrics.accuracy).toBeCloseTo(7 / 10, 12);
    expect(metrics.precision).toBeCloseTo(3 / 5, 12);
    expect(metrics.recall).toBeCloseTo(3 / 4, 12);
    expect(metrics.f1).toBeCloseTo(2 / 3, 12);
  });

  it('ranks, a tie counting half', () => {
    // Customers who stayed below each who left: 6, 6, 4½ and 3 of 6.
    expect(metrics.rocAuc).toBeCloseTo(19.5 / 24, 12);
    // Precision at each customer who left: 1/1, 2/2, 3/5 after the tie, 4/7.
    expect(metrics.prAuc).toBeCloseTo((1 + 1 + 3 / 5 + 4 / 7) / 4, 12);
    expect(metrics.topDecileLift).toBeCloseTo(1 / 0.4, 12);
  });

  it('measures probabilities', () => {
    // Squares: .01 .04 .49 .36 .16 .16 .49 .04 .01 .01
    expect(metrics.brier).toBeCloseTo(0.177, 12);
    const product = 0.9 * 0.8 * 0.3 * 0.4 * 0.6 * 0.6 * 0.3 * 0.8 * 0.9 * 0.9;
    expect(metrics.logLoss).toBeCloseTo(-Math.log(product) / 10, 12);
  });
});

describe('whatever the scores', () => {
  // Few distinct scores, so that ties are common.
  const rows = fc
    .array(fc.record({ score: fc.integer({ min: 0, max: 8 }), left: fc.boolean() }), { minLength: 2 })
    .filter((all) => all.some((row) => row.left) && all.some((row) => !row.left));
  const split = (all: readonly { score: number; left: boolean }[]) =>
    [
      Float64Array.from(all, (row) => row.score / 8),
      Uint8Array.from(all, (row) => (row.left ? 1 : 0)),
    ] as const;

  it('the area under the curve is the share of pairs in the right order', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const positives = all.filter((row) => row.left);
        const negatives = all.filter((row) => !row.left);
        let pairs = 0;
        for (const { score } of positives)
          for (const other of negatives) pairs += score > other.score ? 1 : score === other.score ? 0.5 : 0;
        expect(rocAuc(...split(all))).toBeCloseTo(pairs / (positives.length * negatives.length), 12);
      }),
    );
  });

  it('the order of rows does not matter', () => {
    const shuffled = rows.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, mixed]) => {
        const a = computeMetrics(...split(all), 0.5);
        const b = computeMetrics(...split(mixed), 0.5);
        expect(b.confusion).toEqual(a.confusion);
        for (const name of ['rocAuc', 'prAuc', 'logLoss', 'brier', 'topDecileLift', 'ece'] as const)
          expect(b[name]).toBeCloseTo(a[name], 9);
      }),
    );
  });
});

it('refuses what cannot be measured', () => {
  const bad: [number[], number[], RegExp][] = [
    [[], [], /no rows/],
    [[0.5], [1, 0], /labels/],
    [[NaN, 0.5], [1, 0], /probabilities/],
    [[1.5, 0.5], [1, 0], /probabilities/],
  ];
  for (const [given, truth, message] of bad)
    expect(() => computeMetrics(Float64Array.from(given), Uint8Array.from(truth), 0.5)).toThrow(message);
});
