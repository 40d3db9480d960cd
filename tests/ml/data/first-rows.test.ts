import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countRepeats, firstRows } from '../../../src/ml/data/first-rows.ts';

const key = fc.oneof(
  fc.nat(5),
  fc.constantFrom(NaN, 2 ** 53 - 1, 2 ** 52, 2 ** 32, 2 ** 32 + 1),
  fc.maxSafeNat(),
);

it('the first row of each key is that of a map; NaN is no key', () => {
  fc.assert(
    fc.property(fc.array(key), (keys) => {
      const first = firstRows(Float64Array.from(keys));
      expect([...first]).toEqual(
        keys.map((own, row) => (Number.isNaN(own) ? row : keys.findIndex((other) => other === own))),
      );
      expect(countRepeats(first)).toBe([...first].filter((other, row) => other !== row).length);
    }),
  );
});
