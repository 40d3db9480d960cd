import { describe, expect, it } from 'vitest';
import { shapleyValues } from '../../../src/ml/explain/shapley.ts';

/** The values of all sets of players, by who is in them. */
function game(playerCount: number, valueOf: (has: (player: number) => boolean) => number): Float64Array {
  return Float64Array.from({ length: 2 ** playerCount }, (_, set) =>
    valueOf((player) => ((set >> player) & 1) === 1),
  );
}

describe('Shapley values', () => {
  it('are what each player adds, where it always adds the same', () => {
    const adds = [0.3, -0.1, 0, 2];
    const values = game(4, (has) => adds.reduce((sum, one, player) => (has(player) ? sum + one : sum), 7));
    for (const [player, value] of shapleyValues(values, 4).entries())
      expect(value).toBeCloseTo(adds[player]!, 12);
  });

  it('divide a pair among those who can make it: one left glove, two right ones', () => {
    const values = game(3, (has) => Number(has(0) && (has(1) || has(2))));
    const [left, ...right] = shapleyValues(values, 3);
    expect(left).toBeCloseTo(2 / 3, 12);
    for (const one of right) expect(one).toBeCloseTo(1 / 6, 12);
  });

  it('add up to the whole, and are nothing for who changes nothing', () => {
    const values = game(10, (has) => Math.sin(1 + 3 * Number(has(0)) + 5 * Number(has(7)) * Number(has(9))));
    const parts = shapleyValues(values, 10);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(values.at(-1)! - values[0]!, 12);
    expect([1, 2, 3, 4, 5, 6, 8].map((player) => parts[player])).toEqual(Array(7).fill(0));
  });

  it('of a single player are its step', () => {
    expect([...shapleyValues(Float64Array.of(0.25, 0.75), 1)]).toEqual([0.5]);
  });

  it('need a value for every set', () => {
    expect(() => shapleyValues(new Float64Array(3), 2)).toThrow('2 players need 4 values, found 3');
  });
});
