import { describe, expect, it } from 'vitest';
import { featureWords, levelText } from '../../../src/domain/scoring/feature-words.ts';
import type { Feature, Schema } from '../../../src/ml/data/schema.ts';

const feature = (name: string, changes: Partial<Feature>): Feature => ({
  name,
  type: 'boolean',
  levels: [],
  range: null,
  missingShare: 0,
  ...changes,
});
const schema: Schema = {
  features: [
    feature('is_active', { levels: ['1', '0'] }),
    feature('rooms', { type: 'category', levels: ['0', '1', '2'] }),
    feature('tenure', { type: 'number', title: 'Time as a customer', unit: 'months' }),
  ],
  label: { name: 'left', positive: '1', negative: '0' },
  identifier: null,
  value: null,
};

describe('words of a column', () => {
  const words = featureWords(schema);

  it('are its title and unit, or its name where nothing else is known', () => {
    expect(words.title('Tenure')).toBe('Time as a customer');
    expect(words.titleWithUnit('tenure')).toBe('Time as a customer (months)');
    expect(words.titleWithUnit('IsActive')).toBe('Is active');
    expect(featureWords(undefined).title('MonthlyCharges')).toBe('Monthly charges');
  });

  it('are yes and no for 1 and 0, where the column has no other levels', () => {
    expect([words.value('is_active', '1'), words.value('is_active', '0')]).toEqual(['Yes', 'No']);
    expect(words.value('is_active', '7')).toBe('7');
    expect(words.value('rooms', '1')).toBe('1');
    expect(words.value('tenure', 1)).toBe('1');
    expect(words.value('is_active', null)).toBe('not known');
    expect(levelText({ levels: ['0', 'no'] }, '0')).toBe('0');
  });
});
