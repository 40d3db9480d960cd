import { describe, expect, it } from 'vitest';
import { generateCustomers, sampleColumns } from '../../../src/domain/sample/generator.ts';
import type { SampleColumn, SampleCustomer } from '../../../src/domain/sample/generator.ts';
import {
  currentSize,
  historySeed,
  historySize,
  sampleCurrentCustomers,
  sampleHistory,
  sampleLines,
} from '../../../src/domain/sample/files.ts';
import { trainOnTable } from '../../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../../src/domain/training/table.ts';
import { planOf } from '../../helpers/plan.ts';

const customers = [...generateCustomers(historySize, historySeed)];

const share = (rows: readonly SampleCustomer[], column: SampleColumn, level: string): number =>
  rows.filter((row) => row[column] === level).length / rows.length;
const churnWhere = (column: SampleColumn, level: string): number =>
  share(
    customers.filter((row) => row[column] === level),
    'Churn',
    'Yes',
  );
const mean = (column: SampleColumn): number =>
  customers.reduce((sum, row) => sum + Number(row[column]), 0) / customers.length;

describe('the generated customers', () => {
  it('are the same for the same seed, and others for another', () => {
    expect([...generateCustomers(200, 9)]).toEqual([...generateCustomers(200, 9)]);
    expect([...generateCustomers(200, 10)]).not.toEqual([...generateCustomers(200, 9)]);
    expect([...generateCustomers(300, 9)].slice(0, 200)).toEqual([...generateCustomers(200, 9)]);
  });

  // Figures of IBM's public sample, as published: https://github.com/IBM/telco-customer-churn-on-icp4d
  it.each<[SampleColumn, string, number]>([
    ['Churn', 'Yes', 0.265],
    ['gender', 'Male', 0.505],
    ['SeniorCitizen', '1', 0.162],
    ['Partner', 'Yes', 0.483],
    ['Dependents', 'Yes', 0.3],
    ['PhoneService', 'Yes', 0.903],
    ['MultipleLines', 'Yes', 0.422],
    ['InternetService', 'DSL', 0.344],
    ['InternetService', 'Fiber optic', 0.44],
    ['InternetService', 'No', 0.217],
    ['OnlineSecurity', 'Yes', 0.287],
    ['TechSupport', 'Yes', 0.29],
    ['StreamingTV', 'Yes', 0.384],
    ['Contract', 'Month-to-month', 0.55],
    ['Contract', 'One year', 0.209],
    ['Contract', 'Two year', 0.241],
    ['PaperlessBilling', 'Yes', 0.592],
    ['PaymentMethod', 'Electronic check', 0.336],
    ['PaymentMethod', 'Mailed check', 0.229],
  ])('have %s %s in about the published share, %f', (column, level, published) => {
    expect(Math.abs(share(customers, column, level) - published)).toBeLessThan(0.04);
  });

  it.each<[SampleColumn, string, number]>([
    ['Contract', 'Month-to-month', 0.427],
    ['Contract', 'One year', 0.113],
    ['Contract', 'Two year', 0.028],
    ['InternetService', 'DSL', 0.19],
    ['InternetService', 'Fiber optic', 0.419],
    ['InternetService', 'No', 0.074],
    ['PaymentMethod', 'Electronic check', 0.453],
    ['SeniorCitizen', '1', 0.417],
    ['OnlineSecurity', 'No', 0.418],
    ['TechSupport', 'No', 0.416],
  ])('of %s %s leave about as often as published, %f', (column, level, published) => {
    expect(Math.abs(churnWhere(column, level) - published)).toBeLessThan(0.05);
  });

  it('stay and pay about as published', () => {
    expect(mean('tenure')).toBeCloseTo(32.4, -0.5);
    expect(Math.abs(mean('MonthlyCharges') - 64.8)).toBeLessThan(2);
    expect(Math.abs(mean('TotalCharges') - 2_280)).toBeLessThan(150);
  });

  it('leave rarer the longer they are with the company', () => {
    const rates = [
      [1, 6],
      [7, 12],
      [13, 24],
      [25, 48],
      [49, 72],
    ].map(([from, to]) => {
      const rows = customers.filter(({ tenure }) => Number(tenure) >= from! && Number(tenure) <= to!);
      return share(rows, 'Churn', 'Yes');
    });
    expect(rates).toEqual([...rates].sort((a, b) => b - a));
  });

  it('contradict themselves nowhere', () => {
    const addOns = sampleColumns.slice(
      sampleColumns.indexOf('OnlineSecurity'),
      sampleColumns.indexOf('StreamingMovies') + 1,
    );
    for (const customer of customers) {
      expect(customer.customerID).toMatch(/^\d{4}-[A-Z]{5}$/);
      for (const addOn of addOns)
        expect(customer[addOn] === 'No internet service').toBe(customer.InternetService === 'No');
      expect(customer.MultipleLines === 'No phone service').toBe(customer.PhoneService === 'No');
      expect(customer.TotalCharges === '').toBe(customer.tenure === '0');
      if (customer.tenure === '0') expect(customer.Churn).toBe('No');
      if (customer.tenure === '1') expect(customer.TotalCharges).toBe(customer.MonthlyCharges);
      else if (customer.tenure !== '0') {
        const ratio =
          Number(customer.TotalCharges) / (Number(customer.tenure) * Number(customer.MonthlyCharges));
        expect(Math.abs(ratio - 1)).toBeLessThan(0.3);
      }
    }
    expect(new Set(customers.map(({ customerID }) => customerID)).size).toBe(customers.length);
    expect(customers.some(({ tenure }) => tenure === '0')).toBe(true);
  });

  it('can be told apart by a logistic model about as well as the real ones: AUC near 0.845', () => {
    const plan = planOf(['logistic'], 1);
    const { candidates } = trainOnTable(readTrainingTable(sampleHistory()), plan, () => undefined).evaluation;
    expect(candidates[0]!.rocAuc).toBeGreaterThan(0.835);
    expect(candidates[0]!.rocAuc).toBeLessThan(0.86);
  });
});

describe('the sample files', () => {
  it('are the history with the label, and other customers of today without it', () => {
    const history = sampleHistory().trimEnd().split('\n');
    const current = sampleCurrentCustomers().trimEnd().split('\n');
    expect(history[0]).toBe(sampleColumns.join(','));
    expect(current[0]).toBe(sampleColumns.slice(0, -1).join(','));
    expect([history.length - 1, current.length - 1]).toEqual([historySize, currentSize]);
    const identifier = (line: string): string => line.split(',')[0]!;
    const known = new Set(history.slice(1).map(identifier));
    expect(current.slice(1).filter((line) => known.has(identifier(line))).length).toBeLessThan(3);
  });

  it('hold as many cells in each line as the header has, for any number of customers', () => {
    for (const count of [0, 1, 17]) {
      const lines = [...sampleLines(sampleColumns, count, 3)];
      expect(lines).toHaveLength(count + 1);
      for (const line of lines) expect(line.trimEnd().split(',')).toHaveLength(sampleColumns.length);
    }
  });
});
