import { describe, expect, it } from 'vitest';
import { adamStep, createAdam, scheduledRate } from '../../../src/ml/network/adam.ts';

describe('Adam', () => {
  it('moves every parameter by the learning rate at first, whatever the size of its slope', () => {
    const parameters = Float64Array.of(1, 1, 1);
    adamStep(createAdam(3), parameters, Float64Array.of(1e-3, -50, 0), new Uint8Array(3), 0.1, 0);
    expect(parameters[0]).toBeCloseTo(0.9, 5);
    expect(parameters[1]).toBeCloseTo(1.1, 5);
    expect(parameters[2]).toBe(1);
  });

  it('goes as computed by hand in the second step', () => {
    const adam = createAdam(1);
    const parameters = Float64Array.of(0);
    adamStep(adam, parameters, Float64Array.of(1), new Uint8Array(1), 0.1, 0);
    adamStep(adam, parameters, Float64Array.of(-1), new Uint8Array(1), 0.1, 0);
    // Mean 0.9·0.1 − 0.1 = −0.01, freed of its start −0.01 / 0.19; square freed of its start: 1.
    expect(parameters[0]).toBeCloseTo(-0.1 + (0.1 * 0.01) / 0.19, 7);
  });

  it('decays weights by themselves, not through the slope, and nothing else', () => {
    const parameters = Float64Array.of(2, 2);
    adamStep(createAdam(2), parameters, new Float64Array(2), Uint8Array.of(1, 0), 0.1, 0.5);
    expect(Array.from(parameters)).toEqual([2 - 0.1 * 0.5 * 2, 2]);
  });

  it('finds the minimum of a bowl', () => {
    const adam = createAdam(2);
    const parameters = Float64Array.of(3, -4);
    for (let step = 0; step < 2000; step++) {
      const slopes = Float64Array.of(2 * (parameters[0]! - 1), 20 * (parameters[1]! - 2));
      adamStep(adam, parameters, slopes, new Uint8Array(2), scheduledRate(0.05, 0, step / 2000), 0);
    }
    expect(parameters[0]).toBeCloseTo(1, 6);
    expect(parameters[1]).toBeCloseTo(2, 6);
  });
});

it('the learning rate warms up, then falls along half a cosine to its final share', () => {
  expect(scheduledRate(1, 0.05, 0)).toBeCloseTo(0.1, 12);
  expect(scheduledRate(1, 0.05, 0.05)).toBeCloseTo(1, 12);
  expect(scheduledRate(1, 0.05, 0.525)).toBeCloseTo(0.525, 12);
  expect(scheduledRate(1, 0.05, 1)).toBeCloseTo(0.05, 12);
});
