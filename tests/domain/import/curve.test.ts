import { describe, expect, it } from 'vitest';
import { turnsOf } from '../../../src/domain/import/curve.ts';
import { createRandom } from '../../helpers/random.ts';

describe('where a condition on a number changes', () => {
  it('is the least double for which a comparison in single precision holds', () => {
    const random = createRandom(4);
    for (let i = 0; i < 500; i++) {
      const float = Math.fround((random() - 0.5) * 10 ** random.below(8));
      const [edge, another] = turnsOf((value) => Math.fround(value) < float, []);
      expect(another).toBeUndefined();
      const step = Math.abs(float) * 1e-9 + 1e-40;
      for (const value of [float, float - step, float + step, edge!, edge! - Math.abs(edge!) * 1e-15])
        expect(value < edge!).toBe(Math.fround(value) < float);
    }
    expect(turnsOf((value) => Math.fround(value) < 0, [])[0]).toBeLessThanOrEqual(0);
  });

  it('is looked for between bends', () => {
    const isNear = (value: number) => Math.abs(value - 3) <= 1;
    expect(turnsOf(isNear, [3])).toEqual([2, 4.000000000000001]);
    expect(turnsOf(() => true, [3])).toEqual([]);
  });
});
