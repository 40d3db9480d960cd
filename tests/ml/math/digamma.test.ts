import { expect, it } from 'vitest';
import { digamma } from '../../../src/ml/math/digamma.ts';
import { lifetimeReference } from '../../helpers/lifetime-reference.ts';

it.each(lifetimeReference.purchases.digamma)("the digamma function at %d is SciPy's", (z, value) => {
  expect(Math.abs(digamma(z) - value)).toBeLessThan(1e-13 * Math.max(1, Math.abs(value)));
});
