/** Proposals find their columns in schemas of different businesses. */
import { describe, expect, it } from 'vitest';
import { proposeRules } from '../../../src/domain/retention/personas.ts';
import type { Feature, FeatureType } from '../../../src/ml/data/schema.ts';

const column = (name: string, type: FeatureType, levels: readonly string[] = []): Feature => ({
  name,
  type,
  levels,
  range: type === 'number' ? { min: 0, max: 72, median: 28, integer: true } : null,
  missingShare: 0,
});
const schema = (features: readonly Feature[], value: string | null = null) => ({ features, value });
const columnsOf = (one: ReturnType<typeof schema>) =>
  Object.fromEntries(proposeRules(one, 0).map(({ persona, columns }) => [persona, columns]));

const telco = schema(
  [
    column('gender', 'category', ['Female', 'Male']),
    column('tenure', 'number'),
    column('TechSupport', 'category', ['No', 'Yes']),
    column('Contract', 'category', ['Month-to-month', 'One year', 'Two year']),
    column('PaperlessBilling', 'boolean', ['No', 'Yes']),
    column('MonthlyCharges', 'number'),
  ],
  'MonthlyCharges',
);
const bank = schema([
  column('CreditScore', 'number'),
  column('Geography', 'category', ['France', 'Germany']),
  column('Tenure', 'number'),
  column('Balance', 'number'),
  column('EstimatedSalary', 'number'),
  column('default', 'boolean', ['no', 'yes']),
]);

describe('proposals of rules', () => {
  it('find the columns of a telecom', () => {
    expect(columnsOf(telco)).toEqual({
      new: ['tenure'],
      price: ['MonthlyCharges'],
      service: ['TechSupport'],
      loyal: ['tenure', 'MonthlyCharges'],
      contract: ['Contract'],
    });
    const contract = proposeRules(telco, 4).find(({ persona }) => persona === 'contract')!.rule!;
    expect(contract).toMatchObject({
      position: 4,
      isExample: false,
      conditions: { attributes: [{ column: 'Contract', operator: 'is', value: 'Month-to-month' }] },
    });
  });

  it('find those of a bank that it has, and say where there is none', () => {
    expect(columnsOf(bank)).toEqual({
      new: ['Tenure'],
      price: null,
      service: null,
      loyal: ['Tenure', 'Balance'],
      contract: null,
    });
  });

  it('take bounds from what the model was trained on', () => {
    const [fresh] = proposeRules(telco, 0);
    expect(fresh!.rule!.conditions.attributes).toEqual([{ column: 'tenure', operator: 'below', value: '7' }]);
  });

  it('find a column by what people call it', () => {
    const titled = schema([{ ...column('x17', 'number'), title: 'Months with us' }]);
    expect(columnsOf(titled)['new']).toEqual(['x17']);
  });
});
