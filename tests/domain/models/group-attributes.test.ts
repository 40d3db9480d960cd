import { describe, expect, it } from 'vitest';
import { chooseGroupReports, orderGroupReports } from '../../../src/domain/models/group-attributes.ts';
import type { Feature } from '../../../src/ml/data/schema.ts';
import type { GroupReport } from '../../../src/ml/evaluation/report.ts';

const reportOf = (column: string, gap: number | null): GroupReport => ({
  column,
  groups: [],
  gaps: { selectionRate: gap, recall: null, falsePositiveRate: null },
});
const features = [
  { name: 'monthly_spend', type: 'number' },
  { name: 'plan', type: 'category' },
  { name: 'channel', type: 'category' },
  { name: 'customerAge', type: 'number' },
  { name: 'IsMarried', type: 'boolean' },
  { name: 'usage', type: 'number' },
] as unknown as Feature[];

describe('the attributes by which groups are compared', () => {
  const ordered = orderGroupReports(
    [
      reportOf('monthly_spend', 0.9),
      reportOf('plan', 0.2),
      reportOf('channel', 0.4),
      reportOf('customerAge', 0.1),
      reportOf('IsMarried', null),
      reportOf('usage', 0.3),
    ],
    features,
  );
  const names = (reports: readonly GroupReport[]) => reports.map(({ column }) => column);

  it('are personal ones first, then categories, then numbers, each by the widest gap', () => {
    expect(names(ordered)).toEqual(['customerAge', 'IsMarried', 'channel', 'plan', 'monthly_spend', 'usage']);
  });

  it('do not take a part of a word for a personal attribute', () => {
    const reports = [reportOf('usage', 0), reportOf('package', 0), reportOf('age', 0)];
    expect(names(orderGroupReports(reports, features))[0]).toBe('age');
  });

  it('are the first three unless some are chosen', () => {
    expect(names(chooseGroupReports(ordered, []))).toEqual(['customerAge', 'IsMarried', 'channel']);
    expect(names(chooseGroupReports(ordered, ['plan', 'usage', 'none']))).toEqual(['plan', 'usage']);
    expect(names(chooseGroupReports(ordered, ['none']))).toEqual(['customerAge', 'IsMarried', 'channel']);
  });
});
