import { describe, expect, it } from 'vitest';
import { exploreThreshold } from '../../../src/domain/models/thresholds.ts';
import { thresholdSweep } from '../../../src/ml/evaluation/curves.ts';
import type { Evaluation } from '../../../src/ml/model/model.ts';
import { createRandom } from '../../../src/ml/math/random.ts';

const assumptions = { contactCost: 5, offerCost: 20, saveRate: 0.3, valueMonths: 12, valueMargin: 1 };
const choice = { threshold: 0.5, assumptions, monthlyValue: 40 };

/** Calibrated scores of so many customers; `noise` moves leaving away from what the scores say. */
function drawn(rows: number, seed: number, values?: (random: ReturnType<typeof createRandom>) => number) {
  const random = createRandom(seed);
  const scores = Float64Array.from({ length: rows }, () => random.next());
  const target = Uint8Array.from(scores, (score) => Number(random.next() < score));
  const worth = values && Float64Array.from(scores, () => values(random));
  return { scores, target, worth, sweep: thresholdSweep(scores, target, worth) };
}

function evaluationOf(
  sweep: ReturnType<typeof thresholdSweep>,
  selectionSweep?: ReturnType<typeof thresholdSweep>,
  monthlyValue = 0,
): Evaluation {
  const report = { sweep, monthlyValue };
  return { report, ...(selectionSweep ? { selectionSweep } : {}) } as unknown as Evaluation;
}

describe('the threshold with the most profit', () => {
  const training = drawn(4_000, 1).sweep;

  it('is chosen on training rows, whatever the hold-out would like best', () => {
    const chosen = [2, 3, 4, 5, 6].map(
      (seed) => exploreThreshold(evaluationOf(drawn(300, seed).sweep, training), choice)!.best!.threshold,
    );
    expect(new Set(chosen).size).toBe(1);
    // Worth contacting: p · 0.3 · (480 − 20) > 5 + (1 − p) · 20
    expect(chosen[0]).toBeCloseTo(25 / 158, 1);
  });

  it('is measured on the hold-out, which promises no more than new customers bring', () => {
    const excess = { ours: 0, onTheSameRows: 0 };
    for (let seed = 10; seed < 60; seed++) {
      const holdout = drawn(100, seed).sweep;
      const ours = exploreThreshold(evaluationOf(holdout, training), choice)!.best!;
      const same = exploreThreshold(evaluationOf(holdout), choice)!.best!;
      expect([ours.chosenOn, same.chosenOn]).toEqual(['training rows', 'hold-out']);
      const profitOfNew = (threshold: number) =>
        exploreThreshold(evaluationOf(drawn(5_000, 999).sweep), { ...choice, threshold })!.profitPerCustomer;
      excess.ours += ours.profitPerCustomer - profitOfNew(ours.threshold);
      excess.onTheSameRows += same.profitPerCustomer - profitOfNew(same.threshold);
    }
    expect(excess.onTheSameRows).toBeGreaterThan(excess.ours);
    expect(Math.abs(excess.ours / 50)).toBeLessThan(1.5);
  });

  it('has an interval that holds the truth about 95 times in 100, with a value for each customer', () => {
    const value = (random: ReturnType<typeof createRandom>) => 20 + 60 * random.next();
    const at = { ...choice, threshold: 0.4 };
    const large = drawn(200_000, 7, value);
    const truth = exploreThreshold(evaluationOf(large.sweep, undefined, 1), at)!.profitPerCustomer;
    let held = 0;
    for (let seed = 100; seed < 500; seed++) {
      const { profitInterval } = exploreThreshold(
        evaluationOf(drawn(200, seed, value).sweep, undefined, 1),
        at,
      )!;
      held += Number(profitInterval!.low <= 200 * truth && 200 * truth <= profitInterval!.high);
    }
    expect(held / 400).toBeGreaterThan(0.92);
    expect(held / 400).toBeLessThan(0.98);
  });

  it('says when the difference from the threshold in use may be chance', () => {
    const explore = (rows: number, threshold: number) =>
      exploreThreshold(evaluationOf(drawn(rows, 3).sweep, training), { ...choice, threshold })!.best!;
    expect(explore(100, 0.18).isWithinNoise).toBe(true);
    expect(explore(20_000, 0.9).isWithinNoise).toBe(false);
  });

  it('is none where no campaign gains anything, and cannot be told without curves', () => {
    const dear = { ...choice, assumptions: { ...assumptions, contactCost: 1e6 } };
    expect(exploreThreshold(evaluationOf(training, training), dear)!.best).toBeNull();
    expect(exploreThreshold({} as Evaluation, choice)).toBeNull();
  });
});
