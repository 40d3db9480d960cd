import { expect, it } from 'vitest';
import { checkBounds, notNegative, positiveShare } from '../../../src/ml/math/bounds.ts';

const bounds = { trees: { min: 1, max: 100, isWhole: true }, share: positiveShare, l2: notNegative } as const;
const usual = { trees: 10, share: 1, l2: 0 };

it('accepts values within their bounds', () => {
  for (const change of [{}, { trees: 1 }, { trees: 100 }, { share: 0.01 }, { l2: 1e9 }])
    expect(() => {
      checkBounds('forest', { ...usual, ...change }, bounds);
    }).not.toThrow();
});

it.each([
  [{ trees: 0 }, 'forest: trees must be a whole number, at least 1 and at most 100, found 0'],
  [{ trees: 1.5 }, 'forest: trees must be a whole number, at least 1 and at most 100, found 1.5'],
  [{ share: 0 }, 'forest: share must be above 0 and at most 1, found 0'],
  [{ l2: Infinity }, 'forest: l2 must be at least 0 and finite, found Infinity'],
  [{ l2: NaN }, 'forest: l2 must be at least 0 and finite, found NaN'],
])('refuses %j with parameter, bounds and value', (change, message) => {
  expect(() => {
    checkBounds('forest', { ...usual, ...change }, bounds);
  }).toThrow(new RangeError(message));
});
