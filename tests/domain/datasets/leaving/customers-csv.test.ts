import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import type { WholeCsv } from '../../../../src/domain/csv/whole.ts';
import { leavingLines } from '../../../../src/domain/datasets/leaving/customers-csv.ts';
import type { Dataset } from '../../../../src/store/datasets.ts';

/** Every fourth customer of a monthly contract leaves each month, every twentieth of a yearly one. */
const rows = Array.from({ length: 600 }, (_, i) => {
  const contract = i % 2 === 0 ? 'monthly' : 'yearly';
  const month = 1 + (Math.floor(i / 2) % 20);
  const hasLeft = contract === 'monthly' ? i % 3 > 0 : i % 11 === 0;
  return [`c${i}`, String(month), contract, String(month * 30), hasLeft ? 'Yes' : 'No'];
});
const header = ['id', 'tenure', 'contract', 'paid', 'Churn'];
const csv: WholeCsv = {
  header,
  cells: header.map((_, j) => rows.map((row) => row[j]!)),
  decimal: '.',
  skippedRows: 0,
  rowCount: rows.length,
  sha256: '',
};
const column = (name: string, role: string, type: string, levels: string[] = []) => ({
  name,
  role,
  type,
  levels,
  distinct: 2,
  missing: 0,
});
const dataset = {
  createdAt: '2026-06-30T10:00:00.000Z',
  label: { kind: 'column', column: 'Churn', positive: 'Yes' },
  profile: null,
  columns: [
    column('id', 'identifier', 'category'),
    column('tenure', 'feature', 'number'),
    column('contract', 'feature', 'category', ['monthly', 'yearly']),
    column('paid', 'value', 'number'),
    column('Churn', 'label', 'boolean', ['No', 'Yes']),
  ],
} as unknown as Dataset;
const options = { stay: { kind: 'tenure', column: 'tenure', unit: 'month' }, groupBy: null } as const;

const readLines = (of: Dataset): Record<string, string>[] =>
  parse(leavingLines(csv, of, options), { bom: true, columns: true });

describe('when each customer leaves', () => {
  const lines = readLines(dataset);

  it('has the customers who are still there', () => {
    expect(lines.map(({ customer }) => customer)).toEqual(
      rows.filter(([, , , , left]) => left === 'No').map(([id]) => id),
    );
  });

  it('gives customers of a contract that more leave from a smaller chance to stay', () => {
    const chance = (contract: string): number => {
      const found = lines.find(({ customer, months_so_far: months }) =>
        rows.some(([id, , of]) => id === customer && of === contract && months === '5'),
      );
      return Number(found!['stays_6_more_months']);
    };
    expect(chance('monthly')).toBeLessThan(chance('yearly') - 0.2);
  });

  it('has chances that fall with the time, blank where the data do not reach', () => {
    for (const line of lines) {
      const [three, six, twelve] = [3, 6, 12].map((more) => line[`stays_${more}_more_months`]!);
      if (six !== '') expect(Number(six)).toBeLessThanOrEqual(Number(three));
      if (Number(line['months_so_far']) + 12 > 20) expect(twelve).toBe('');
    }
    expect(lines.some((line) => line['half_leave_within_months'] !== '')).toBe(true);
  });

  it('names rows where there is no customer ID', () => {
    const unnamed = { ...dataset, columns: dataset.columns.slice(1) };
    expect(readLines(unnamed)[0]).toHaveProperty('row');
  });
});
