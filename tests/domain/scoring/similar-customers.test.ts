import { describe, expect, it } from 'vitest';
import { similarCustomers } from '../../../src/domain/scoring/similar-customers.ts';
import type { Evaluation } from '../../../src/ml/model/model.ts';

const bin = (from: number, changes = {}) => ({
  from,
  to: from + 0.1,
  count: 100,
  meanScore: from + 0.05,
  rate: from + 0.06,
  low: from,
  high: from + 0.12,
  ...changes,
});
const measured = (...reliability: ReturnType<typeof bin>[]) =>
  ({ report: { reliability } }) as unknown as Evaluation;

describe('similar customers', () => {
  it('are the held-out customers of the same tenth, both ends of the scale included', () => {
    const evaluation = measured(bin(0), bin(0.7), bin(0.9, { to: 1 }));
    expect(similarCustomers(evaluation, 0)).toMatchObject({ from: 0, count: 100 });
    expect(similarCustomers(evaluation, 0.72)).toEqual({
      from: 0.7,
      to: 0.7 + 0.1,
      count: 100,
      rate: 0.76,
      predicted: 0.75,
    });
    expect(similarCustomers(evaluation, 1)).toMatchObject({ from: 0.9 });
  });

  it('are not named where there are few, none, or where the model was found wrong', () => {
    expect(similarCustomers(measured(bin(0.7, { count: 49 })), 0.72)).toBeNull();
    expect(similarCustomers(measured(bin(0.2)), 0.72)).toBeNull();
    expect(similarCustomers(measured(bin(0.7, { low: 0.2, high: 0.4 })), 0.72)).toBeNull();
    expect(similarCustomers({} as Evaluation, 0.72)).toBeNull();
  });
});
