import { describe, expect, it } from 'vitest';
import { excludedByDefault, exclusionReason } from '../../../../src/domain/datasets/profile/exclusions.ts';
import type { DatasetColumn } from '../../../../src/store/datasets.ts';

const column = (name: string, change: Partial<DatasetColumn> = {}): DatasetColumn => ({
  name,
  type: 'number',
  role: 'ignored',
  distinct: 101,
  missing: 0,
  levels: [],
  ...change,
});

describe('why a column is excluded', () => {
  it.each<[string, DatasetColumn, string]>([
    ['an empty column', column('a', { distinct: 0 }), 'Has no values'],
    ['a constant', column('a', { distinct: 1 }), 'Has the same value in every row'],
    ['one value and blanks', column('a', { distinct: 1, missing: 3 }), 'Has one value only'],
    [
      'a second label',
      column('churn_reason', { type: 'text' }),
      'Named after the outcome, so it may leak it',
    ],
    ['a row number', column('RowNumber'), 'Named like an identifier'],
    ['free text', column('comment', { type: 'text' }), 'Free text: more than 100 different values'],
    ['any other column', column('Age'), 'Excluded in the step “Columns”'],
  ])('is stated for %s', (_what, given, reason) => {
    expect(exclusionReason(given, null)).toBe(reason);
  });

  it('is the churn rule for a column that the rule uses', () => {
    const conditions = [{ kind: 'below' as const, column: 'Age', number: 3 }];
    const label = { kind: 'proxy' as const, rule: { match: 'all' as const, conditions } };
    expect(exclusionReason(column('Age'), label)).toBe('Used by the churn rule');
  });

  it('is a finding for an input that training runs exclude by default', () => {
    const issue = { severity: 'warns' as const, message: '', fix: '' };
    const excluded = excludedByDefault([
      { ...issue, kind: 'near-copy', column: 'ExitReason' },
      { ...issue, kind: 'many-levels', column: 'City' },
      { ...issue, kind: 'duplicate-rows', column: null },
    ]);
    expect([...excluded]).toEqual([['ExitReason', 'May leak the outcome']]);
  });
});
