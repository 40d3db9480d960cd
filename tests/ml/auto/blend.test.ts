import { describe, expect, it } from 'vitest';
import { blendProbabilities, blendScores, fitBlend } from '../../../src/ml/auto/blend.ts';
import { boosting } from '../../../src/ml/tree/boosting.ts';
import type { Explanation } from '../../../src/ml/estimator.ts';
import { logLoss } from '../../../src/ml/evaluation/metrics.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { sigmoid } from '../../../src/ml/math/sigmoid.ts';
import { sampleData } from '../tree/sample-tables.ts';

const random = createRandom(1);
const truth = Float64Array.from({ length: 4000 }, () => 1.5 * random.normal());
const target = Uint8Array.from(truth, (margin) => Number(random.next() < sigmoid(margin)));
const ones = new Float64Array(4000).fill(1);
const noisy = (noise: number): Float64Array =>
  truth.map((margin) => sigmoid(margin + noise * random.normal()));

describe('weights of a blend', () => {
  it('favour the better model, give a useless one nothing, and are never negative', () => {
    const useless = truth.map(() => sigmoid(random.normal()));
    const blend = fitBlend([noisy(0.5), noisy(1.5), useless, truth.map((m) => sigmoid(-m))], target, ones);
    const [good, poor, none, reversed] = blend.weights;
    expect(good).toBeGreaterThan(2 * poor!);
    expect(none).toBeLessThan(0.05);
    expect(reversed).toBe(0);
  });

  it('calibrate a model that is too sure, and shift one that is too high', () => {
    const { intercept, weights } = fitBlend([truth.map((margin) => sigmoid(2 * margin + 1))], target, ones);
    expect(weights[0]).toBeCloseTo(0.5, 1);
    expect(intercept).toBeCloseTo(-0.5, 1);
  });

  it('are the least log loss: no nearby weights do better', () => {
    const models = [noisy(0.8), noisy(1)];
    const blend = fitBlend(models, target, ones);
    const best = logLoss(blendProbabilities(blend, models), target);
    for (const move of [-0.05, 0.05])
      for (const k of [0, 1]) {
        const weights = blend.weights.map((weight, i) => (i === k ? weight + move : weight));
        expect(logLoss(blendProbabilities({ ...blend, weights }, models), target)).toBeGreaterThan(best);
      }
  });
});

describe('reasons of a blend', () => {
  it('add up to the blended probability, even where a model is sure or says nothing', () => {
    const base = 0.2;
    const ends = [0.2, 0.2 + 1e-9, 0.9, 1, 0, 0.200001];
    const first: Explanation = {
      featureCount: 2,
      base,
      contributions: Float64Array.from(ends.flatMap((p) => [(p - base) / 4, (3 * (p - base)) / 4])),
    };
    const second: Explanation = {
      featureCount: 2,
      base: 0.5,
      contributions: Float64Array.from(ends.flatMap(() => [0.3, -0.1])),
    };
    const models = [Float64Array.from(ends), new Float64Array(ends.length).fill(0.7)];
    const blend = { intercept: 0.3, weights: Float64Array.of(0.8, 0.4) };
    const { probabilities, explanation } = blendScores(blend, [
      { probabilities: models[0]!, explanation: first },
      { probabilities: models[1]!, explanation: second },
    ]);
    const { base: start, contributions } = explanation;
    expect(probabilities).toEqual(blendProbabilities(blend, models));
    probabilities.forEach((p, i) => {
      expect(Math.abs(start + contributions[2 * i]! + contributions[2 * i + 1]! - p)).toBeLessThan(1e-9);
    });
  });

  it('are those of the model itself when it is alone with weight one', () => {
    const data = sampleData(500, 4, 1);
    const model = boosting.fit({ ...boosting.defaults, trees: 20 }, data, createRandom(1));
    const own = boosting.explain(model, data.table);
    const alone = { intercept: 0, weights: Float64Array.of(1) };
    const { explanation: blended } = blendScores(alone, [boosting.score(model, data.table)]);
    expect(blended.base).toBeCloseTo(own.base, 12);
    blended.contributions.forEach((c, i) => {
      expect(c).toBeCloseTo(own.contributions[i]!, 9);
    });
  });
});
