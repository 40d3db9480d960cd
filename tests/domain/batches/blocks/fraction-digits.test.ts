import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestFraction, writeFraction } from '../../../../src/domain/batches/blocks/fraction-digits.ts';
import { createRandom } from '../../../../src/ml/math/random.ts';

const bytes = Buffer.alloc(longestFraction);
/** Null: it was left to `String`. */
const written = (value: number): string | null => {
  const end = writeFraction(value, 0x2e, bytes, 0);
  return end < 0 ? null : bytes.toString('latin1', 0, end);
};

describe('a fraction', () => {
  it('has the digits that String gives it, in all but one of a thousand cases', () => {
    const random = createRandom(5);
    let left = 0;
    for (let i = 0; i < 200_000; i++) {
      const value = random.next() * [1, 0.1, 0.01][i % 3]!;
      const text = written(value);
      if (text !== null && text !== String(value)) expect(text).toBe(String(value));
      if (text === null && value > 0.001) left++;
    }
    expect(left).toBeLessThan(200);
  });

  it('has them wherever it is written: near powers of two, with few digits, and beside other doubles', () => {
    const few = fc.tuple(fc.nat(9_999), fc.constantFrom(10, 1e3, 1e4, 1e6)).map(([a, b]) => a / b);
    const power = fc
      .tuple(fc.integer({ min: -12, max: -1 }), fc.integer({ min: -3, max: 3 }))
      .map(([exponent, ulps]) => 2 ** exponent * (1 + ulps * Number.EPSILON));
    const any = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(few, power, any), (value) => {
        const text = written(value);
        expect(text ?? String(value)).toBe(String(value));
      }),
      { numRuns: 20_000 },
    );
  });

  it('is left to String outside of (0, 1)', () => {
    for (const value of [0, 1, -0.5, 2, NaN, Infinity, 1e-9]) expect(written(value)).toBeNull();
  });
});
