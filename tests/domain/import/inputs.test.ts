import { describe, expect, it } from 'vitest';
import { matchInputs } from '../../../src/domain/import/inputs.ts';
import { edgeOfFloats } from '../../../src/domain/import/outside-model.ts';
import type { Feature } from '../../../src/ml/data/schema.ts';
import { createRandom } from '../../helpers/random.ts';

const feature = (name: string, levels: string[] = []): Feature => ({
  name,
  type: levels.length > 0 ? 'category' : 'number',
  levels,
  range: levels.length > 0 ? null : { min: 0, max: 9, median: 4, integer: true },
  missingShare: 0,
});
const features = [
  feature('Monthly Charges'),
  feature('Contract', ['One year', 'Two year']),
  feature('zone', ['1', '10']),
];
const match = (input: string) => matchInputs([input], features)[0]!;

describe('an input of another program', () => {
  it('is the column of its name, whatever its case and signs', () => {
    expect(match('Monthly Charges')).toEqual({ feature: 0, ofCode: null });
    expect(match('monthly_charges')).toEqual({ feature: 0, ofCode: null });
  });

  it('is one level of a column of text', () => {
    for (const name of ['Contract_Two year', 'Contract=Two year', 'contract_two_year']) {
      const { feature: place, ofCode } = match(name);
      expect(place).toBe(1);
      // Missing, unseen, and the two levels.
      expect([-1, -2, 0, 1].map((code) => ofCode!(code))).toEqual([0, 0, 0, 1]);
    }
  });

  it('is the number that a level says, and missing where there is none', () => {
    expect([0, 1, -1].map((code) => match('zone').ofCode!(code))).toEqual([1, 10, NaN]);
  });

  it('is refused where nothing or more than one thing fits', () => {
    expect(() => match('Contract')).toThrow(/no column for the input Contract/);
    const twins = [feature('size', ['<5', '>5'])];
    expect(() => matchInputs(['size5'], twins)).toThrow(/no column for the input size5/);
    expect(matchInputs(['size_<5'], twins)[0]!.feature).toBe(0);
    const many = Array.from({ length: 30 }, (_, i) => `x${i}`);
    expect(() => matchInputs(many, features)).toThrow(/x0, x1, .*x9 and others/);
  });
});

describe('the edge of a comparison in single precision', () => {
  it('divides doubles as rounding to floats does', () => {
    const random = createRandom(4);
    for (let i = 0; i < 2_000; i++) {
      const float = Math.fround((random() - 0.5) * 10 ** random.below(8));
      const edge = edgeOfFloats(float);
      const step = Math.abs(float) * 1e-9 + 1e-40;
      for (const value of [float, float - step, float + step, edge, edge - Math.abs(edge) * 1e-15])
        expect(value < edge).toBe(Math.fround(value) < float);
    }
    expect(edgeOfFloats(0)).toBeLessThanOrEqual(0);
  });
});
