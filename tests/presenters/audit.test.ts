import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../src/presenters/audit.ts';

const changes = (before: unknown, after: unknown) =>
  changesBetween(
    before === undefined ? null : JSON.stringify(before),
    after === undefined ? null : JSON.stringify(after),
  );

describe('the changes of an event', () => {
  it('are only the fields that differ', () => {
    const before = { organisation: 'Northwind', currency: 'EUR', valueMonths: 12 };
    expect(changes(before, { ...before, valueMonths: 6 })).toEqual([
      { field: 'Value months', before: '12', after: '6' },
    ]);
    expect(changes(before, before)).toEqual([]);
  });

  it('hold what was added and what was removed', () => {
    expect(changes({ role: 'viewer' }, undefined)).toEqual([{ field: 'Role', before: 'viewer', after: '–' }]);
    expect(changes(undefined, { enabled: true, risk: ['low', 'high'] })).toEqual([
      { field: 'Enabled', before: null, after: 'Yes' },
      { field: 'Risk', before: null, after: 'low, high' },
    ]);
  });

  it('leave out what identifies a record, and write figures as the pages do', () => {
    const rule = { cost: 20, isExample: true };
    expect(changes({ id: 1, version: 1, ...rule }, { ...rule, cost: 1_250.5 })).toEqual([
      { field: 'Cost', before: '20', after: '1,250.5' },
    ]);
    expect(changes(undefined, { rocAuc: 0.8604174282140384 })).toEqual([
      { field: 'ROC AUC', before: null, after: '0.86' },
    ]);
  });

  it('are read from plain text, too', () => {
    expect(changesBetween('old', 'new')).toEqual([{ field: 'Value', before: 'old', after: 'new' }]);
    expect(changes(undefined, undefined)).toEqual([]);
  });
});
