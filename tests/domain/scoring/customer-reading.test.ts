import { describe, expect, it } from 'vitest';
import { createCustomerReader, readCustomer } from '../../../src/domain/scoring/customer-reading.ts';
import type { Feature, Schema } from '../../../src/ml/data/schema.ts';

const tenure: Feature = {
  name: 'tenure',
  type: 'number',
  levels: [],
  missingShare: 0,
  range: { min: 0, max: 72, median: 29, integer: true },
};
const schema: Schema = {
  features: [tenure],
  label: { name: 'Churn', positive: 'Yes', negative: 'No' },
  identifier: null,
  value: 'Fee',
};

describe('the column of the monthly value', () => {
  const read = (value: string, decimal: '.' | ',' = '.') => {
    const reader = createCustomerReader(schema);
    const { monthlyValue, problems } = readCustomer(reader, { cells: ['5'], value }, decimal);
    return { monthlyValue, problems, added: reader.batch.rowCount };
  };

  it.each([
    ['49,90', ',', 49.9],
    ['$1,234.50', '.', 1234.5],
    [' n/a ', '.', null],
    ['', '.', null],
  ] as const)('%j with decimal %j is %j', (text, decimal, monthlyValue) => {
    expect(read(text, decimal)).toEqual({ monthlyValue, problems: [], added: 1 });
  });

  it.each([
    ['70,35', 'an amount such as 49.90'],
    ['many', 'an amount such as 49.90'],
    ['1e308', 'an amount such as 49.90'],
    ['1000000000', 'an amount of at most nine digits before the decimal sign'],
    ['-1e12', 'an amount of at most nine digits before the decimal sign'],
  ])('%j rejects the row', (found, expected) => {
    const problems = [{ column: 'Fee', found, expected }];
    expect(read(found)).toEqual({ monthlyValue: null, problems, added: 0 });
  });
});
