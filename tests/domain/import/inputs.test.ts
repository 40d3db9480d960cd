import { describe, expect, it } from 'vitest';
import { matchInputs } from '../../../src/domain/import/inputs.ts';
import type { OutsideInput } from '../../../src/domain/import/outside-model.ts';
import type { Feature } from '../../../src/ml/data/schema.ts';

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
const inputOf = (name: string, type: OutsideInput['type'] = 'number') => ({
  name,
  type,
  datesAreDays: false,
});
/** The column that an input is. */
function match(name: string, type: OutsideInput['type'] = 'number', all = features) {
  const matched = matchInputs([inputOf(name, type)], [0], all);
  const { feature: place, ofCode } = matched.byInput.get(0)!;
  return { column: matched.features[place]!.name, ofCode };
}

describe('an input of another program', () => {
  it('is the column of its name, whatever its case and signs', () => {
    expect(match('Monthly Charges')).toEqual({ column: 'Monthly Charges', ofCode: null });
    expect(match('monthly_charges')).toEqual({ column: 'Monthly Charges', ofCode: null });
  });

  it('is one level of a column of text', () => {
    for (const name of ['Contract_Two year', 'Contract=Two year', 'contract_two_year']) {
      const { column, ofCode } = match(name);
      expect(column).toBe('Contract');
      // Missing, unseen, and the two levels.
      expect([-1, -2, 0, 1].map((code) => ofCode!(code))).toEqual([0, 0, 0, 1]);
    }
  });

  it('is the number that a level says, and missing where there is none', () => {
    expect([0, 1, -1].map((code) => match('zone').ofCode!(code))).toEqual([1, 10, NaN]);
  });

  it('of text is the level itself, and empty where it is missing or unseen', () => {
    const { column, ofCode } = match('contract', 'text');
    expect(column).toBe('Contract');
    expect([-1, -2, 0, 1].map((code) => ofCode!(code))).toEqual(['', '', 'One year', 'Two year']);
    expect(() => match('Monthly Charges', 'text')).toThrow(
      /is text, but the dataset reads the column as a number/,
    );
  });

  it('is refused where nothing or more than one thing fits', () => {
    expect(() => match('Contract')).toThrow(/no column for the input Contract/);
    const twins = [feature('size', ['<5', '>5'])];
    expect(() => match('size5', 'number', twins)).toThrow(/no column for the input size5/);
    expect(match('size_<5', 'number', twins).column).toBe('size');
    const many = Array.from({ length: 30 }, (_, i) => inputOf(`x${i}`));
    expect(() => matchInputs(many, [...many.keys()], features)).toThrow(/x0, x1, .*x9 and others/);
  });
});
