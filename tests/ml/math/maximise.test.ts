import { describe, expect, it } from 'vitest';
import { maximise } from '../../../src/ml/math/maximise.ts';
import type { Likelihood } from '../../../src/ml/math/maximise.ts';

/** Of `values`, exponential at a rate: the maximum is 1 / mean, its standard error the rate / √n. */
const exponential =
  (values: readonly number[]): Likelihood =>
  ([rate]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { value: Math.log(rate!) - rate! * mean, gradient: Float64Array.of(1 - rate! * mean) };
  };

describe('maximum likelihood', () => {
  it('finds a rate and its standard error from any start', () => {
    const values = [1, 2, 3, 6];
    for (const start of [0.001, 1, 500]) {
      const { params, standardErrors, hasConverged } = maximise(
        exponential(values),
        [Float64Array.of(start)],
        values.length,
      );
      expect(hasConverged).toBe(true);
      expect(params[0]).toBeCloseTo(1 / 3, 8);
      expect(standardErrors![0]).toBeCloseTo(1 / 3 / 2, 6);
    }
  });

  it('says that the data do not tell two parameters of which only the product counts', () => {
    const product: Likelihood = ([a, b]) => {
      const { value, gradient } = exponential([1, 2, 3])(Float64Array.of(a! * b!));
      return { value, gradient: Float64Array.of(gradient[0]!, gradient[0]!) };
    };
    const { params, standardErrors } = maximise(product, [Float64Array.of(1, 1)], 3);
    expect(params[0]! * params[1]!).toBeCloseTo(0.5, 6);
    expect(standardErrors).toBeNull();
  });

  it('ends where the likelihood rises without end', () => {
    const rising: Likelihood = ([a]) => ({ value: Math.log(a!), gradient: Float64Array.of(1) });
    const { params, standardErrors } = maximise(rising, [Float64Array.of(1)], 10);
    expect(params[0]).toBeLessThan(1e7);
    expect(standardErrors).toBeNull();
  });
});
