import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  calibrate,
  calibrateScores,
  checkCalibration,
  fitCalibration,
  fitIsotonic,
  fitPlatt,
  poolAdjacentViolators,
} from '../../../src/ml/model/calibration.ts';
import { expectedCalibrationError, rocAuc } from '../../../src/ml/evaluation/metrics.ts';
import { createRandom } from '../../../src/ml/math/random.ts';

/** Scores whose truth is drawn with the probability `truth(score)`. */
function drawn(rowCount: number, truth: (score: number) => number, seed = 7) {
  const random = createRandom(seed);
  const scores = Float64Array.from({ length: rowCount }, () => random.next());
  const target = Uint8Array.from(scores, (score) => (random.next() < truth(score) ? 1 : 0));
  return { scores, target };
}

describe('choosing a calibration', () => {
  it('leaves scores alone that are probabilities already', () => {
    const { scores, target } = drawn(4_000, (score) => score);
    expect(fitCalibration(scores, target, createRandom(1))).toEqual({ method: 'none' });
  });

  it.each([
    ['too sure of itself', (score: number) => 0.5 + (score - 0.5) * 0.5],
    ['as balanced class weights leave it', (score: number) => score / (score + 4 * (1 - score))],
    ['bent', (score: number) => score ** 3],
  ])('corrects scores that are %s: ECE below 0.02 on new rows, the same order', (_, truth) => {
    const { scores, target } = drawn(20_000, truth);
    const map = fitCalibration(scores, target, createRandom(1));
    const fresh = drawn(20_000, truth, 8);
    const calibrated = calibrate(map, fresh.scores);
    expect(expectedCalibrationError(fresh.scores, fresh.target)).toBeGreaterThan(0.1);
    expect(expectedCalibrationError(calibrated, fresh.target)).toBeLessThan(0.02);
    expect(rocAuc(calibrated, fresh.target)).toBeCloseTo(rocAuc(fresh.scores, fresh.target), 3);
  });

  it('says none where there is too little to learn from', () => {
    const { scores, target } = drawn(12, (score) => score);
    expect(fitCalibration(scores, target, createRandom(1))).toEqual({ method: 'none' });
  });
});

describe('a calibration', () => {
  const maps = fc
    .record({ seed: fc.integer({ min: 1, max: 500 }), power: fc.double({ min: 0.3, max: 3, noNaN: true }) })
    .map(({ seed, power }) => drawn(300, (score) => score ** power, seed))
    .chain(({ scores, target }) => fc.constantFrom(fitPlatt(scores, target), fitIsotonic(scores, target)));

  it('rises, stays in [0, 1], and passes its own check', () => {
    fc.assert(
      fc.property(
        maps,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2 }),
        (map, values) => {
          const scores = Float64Array.from(values).sort();
          const mapped = calibrate(map, scores);
          expect(checkCalibration(map)).toBeNull();
          mapped.forEach((p, i) => {
            expect(p).toBeGreaterThanOrEqual(i === 0 ? 0 : mapped[i - 1]!);
            expect(p).toBeLessThanOrEqual(1);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('carries reasons along: they add up to the calibrated probability', () => {
    fc.assert(
      fc.property(
        maps,
        fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), { minLength: 6, maxLength: 6 }),
        (map, parts) => {
          const contributions = Float64Array.from(parts);
          const scores = Float64Array.from(
            [0, 1],
            (row) => 0.5 + parts[row * 3]! + parts[row * 3 + 1]! + parts[row * 3 + 2]!,
          ).map((score) => Math.min(1, Math.max(0, score)));
          const expected = calibrate(map, scores);
          const { probabilities, explanation } = calibrateScores(map, {
            probabilities: scores,
            explanation: { featureCount: 3, base: 0.5, contributions },
          });
          expect(probabilities).toEqual(expected);
          for (const row of [0, 1]) {
            const sum = explanation.contributions
              .subarray(row * 3, row * 3 + 3)
              .reduce((a, b) => a + b, explanation.base);
            const isCut = scores[row] === 0 || scores[row] === 1;
            if (!isCut && Math.abs(scores[row]! - 0.5) > 1e-9) expect(sum).toBeCloseTo(expected[row]!, 9);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is refused by its check when it falls, is too short or unknown', () => {
    const numbers = (...values: number[]) => Float64Array.from(values);
    for (const bad of [
      null,
      { method: 'platt', slope: -1, intercept: 0 },
      { method: 'platt', slope: NaN, intercept: 0 },
      { method: 'isotonic', scores: numbers(0, 0.5, 0.4, 1), rates: numbers(0, 0.2, 0.3, 1) },
      { method: 'isotonic', scores: numbers(0, 1), rates: numbers(0) },
      { method: 'isotonic', scores: [0, 1], rates: [0, 1] },
      { method: 'magic' },
    ])
      expect(checkCalibration(bad)).toBeTypeOf('string');
  });
});

describe('pooling adjacent violators', () => {
  it('pools a falling pair and equal scores, by hand', () => {
    const scores = Float64Array.from([0.1, 0.2, 0.2, 0.3, 0.4]);
    const blocks = poolAdjacentViolators(scores, Uint8Array.from([0, 1, 1, 0, 1]));
    expect(blocks.map(({ rate, count }) => [rate, count])).toEqual([
      [0, 1],
      [2 / 3, 3],
      [1, 1],
    ]);
    expect(blocks[1]!.score).toBeCloseTo((0.2 + 0.2 + 0.3) / 3, 12);
  });
});

describe("scikit-learn's figures", () => {
  interface Reference {
    readonly scores: readonly number[];
    readonly target: readonly number[];
    readonly isotonic: readonly number[];
    readonly platt: { readonly slope: number; readonly intercept: number };
    readonly grid: readonly number[];
    readonly plattOnGrid: readonly number[];
  }
  const path = join(import.meta.dirname, '../../oracles/calibration-reference.json');
  const reference = JSON.parse(readFileSync(path, 'utf8')) as Reference;
  const scores = Float64Array.from(reference.scores);
  const target = Uint8Array.from(reference.target);

  it('are the blocks of the isotonic map', () => {
    const order = [...scores.keys()].sort((a, b) => scores[a]! - scores[b]!);
    const rates = poolAdjacentViolators(scores, target).flatMap(({ rate, count }) =>
      Array.from({ length: count }, () => rate),
    );
    order.forEach((row, i) => {
      expect(rates[i]).toBeCloseTo(reference.isotonic[row]!, 10);
    });
  });

  it("are Platt's slope and intercept", () => {
    const map = fitPlatt(scores, target);
    expect(map.slope).toBeCloseTo(reference.platt.slope, 3);
    expect(map.intercept).toBeCloseTo(reference.platt.intercept, 3);
    calibrate(map, Float64Array.from(reference.grid)).forEach((p, i) => {
      expect(p).toBeCloseTo(reference.plattOnGrid[i]!, 4);
    });
  });
});
