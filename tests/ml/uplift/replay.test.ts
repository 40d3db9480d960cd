/** Against numpy (tests/oracles/uplift_reference.py). */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/ml/math/random.ts';
import { replayDifference, replayPolicy } from '../../../src/ml/uplift/replay.ts';
import { reference } from './reference.ts';

const { replay } = reference;
const past = {
  actions: 3,
  action: Uint8Array.from(replay.action),
  propensity: Float64Array.from(replay.propensity),
  outcome: Float64Array.from(replay.outcome),
  expected: Float64Array.from(replay.expected),
};
const policy = Uint8Array.from(replay.policy);

/** Action k of three brings k on average, to everyone. */
function randomised(customers: number, seed: number) {
  const random = createRandom(seed);
  const action = Uint8Array.from({ length: customers }, () => [0, 0, 1, 2][random.below(4)]!);
  return {
    actions: 3,
    action,
    propensity: Float64Array.from(action, (a) => (a === 0 ? 0.5 : 0.25)),
    outcome: Float64Array.from(action, (a) => a + random.normal()),
    // A poor model.
    expected: new Float64Array(customers * 3).fill(0.5),
  };
}

describe('the replay of a policy', () => {
  it('has the value, its error and the effective sample of numpy', () => {
    const found = replayPolicy(past, policy);
    expect(found.effectiveSample).toBeCloseTo(replay.effectiveSample, 8);
    if (!found.isKnown) throw new Error('the effective sample is above 100');
    expect(found.value).toBeCloseTo(replay.value, 9);
    expect(found.standardError).toBeCloseTo(replay.standardError, 9);
  });

  it('abstains below an effective sample of 100', () => {
    expect(replayPolicy(randomised(300, 1), new Uint8Array(300).fill(2)).isKnown).toBe(false);
    expect(replayPolicy(randomised(3_000, 1), new Uint8Array(3_000).fill(2)).isKnown).toBe(true);
    const never = { ...randomised(300, 1), action: new Uint8Array(300) };
    expect(replayPolicy(never, new Uint8Array(300).fill(1))).toEqual({ isKnown: false, effectiveSample: 0 });
  });

  it('holds the true value in about 95 of 100 intervals, with a poor model', () => {
    let held = 0;
    for (let seed = 0; seed < 400; seed++) {
      const found = replayPolicy(randomised(1_000, seed), new Uint8Array(1_000).fill(2));
      held += Number(found.isKnown && found.low <= 2 && found.high >= 2);
    }
    expect(held / 400).toBeGreaterThan(0.92);
  });

  it('compares two policies with each other', () => {
    const [high, low] = [2, 0].map((action) => new Uint8Array(4_000).fill(action)) as [
      Uint8Array,
      Uint8Array,
    ];
    const found = replayDifference(randomised(4_000, 3), high, low);
    expect(found.isKnown && found.low < 2 && found.high > 2).toBe(true);
    expect(replayDifference(randomised(4_000, 3), high, high)).toMatchObject({ value: 0, standardError: 0 });
  });

  it.each([
    [{ propensity: new Float64Array(600) }, 'propensities must be above 0 and at most 1'],
    [{ action: new Uint8Array(600).fill(3) }, 'actions are numbered below 3'],
    [{ expected: new Float64Array(3) }, 'expected must have 1800 entries, found 3'],
    [{ outcome: new Float64Array(600).fill(NaN) }, 'outcomes must be finite'],
    [{ outcome: new Float64Array(2) }, 'for each of 600 customers'],
  ])('is refused with %o', (change, message) => {
    expect(() => replayPolicy({ ...past, ...change }, policy)).toThrow(message);
  });
});
