import { describe, expect, it } from 'vitest';
import { excludedFrom, inputsOf } from '../../../src/domain/training/inputs.ts';
import { TrainingOptions } from '../../../src/domain/training/options.ts';
import type { DataIssue } from '../../../src/ml/checks/data-checks.ts';
import type { Dataset, DatasetColumn } from '../../../src/store/datasets.ts';

const column = (name: string, role: DatasetColumn['role'] = 'feature'): DatasetColumn => ({
  name,
  role,
  type: 'number',
  distinct: 9,
  missing: 0,
  levels: [],
});
const issue: DataIssue = {
  kind: 'leak',
  severity: 'warns',
  column: 'RefundDate',
  message: 'It leaks.',
  fix: 'Check it.',
};
const dataset: Dataset = {
  id: 1,
  name: 'Bank',
  file: 'a.csv',
  originalName: null,
  sha256: '',
  byteSize: 1,
  rowCount: 9,
  kind: 'customers',
  state: 'ready',
  seriesId: 1,
  version: 1,
  notes: [],
  error: null,
  confirmedAt: null,
  isSample: false,
  createdAt: '',
  columns: [
    ...[column('Id', 'identifier'), column('Age'), column('RefundDate'), column('Fee', 'value')],
    ...[column('Remarks', 'ignored'), column('Exited')],
  ],
  label: { kind: 'column', column: 'Exited', positive: '1' },
  profile: {
    rows: 9,
    positiveRate: null,
    undecided: 0,
    duplicateRows: 0,
    columns: [],
    matrix: null,
    issues: [issue],
  },
};
const byName = (columns: readonly { name: string; reason: string }[]) =>
  columns.map(({ name, reason }) => `${name}: ${reason}`);

describe('the inputs of a dataset', () => {
  it('are the columns without another role, with a warning where a finding is against them', () => {
    const { possible, excluded } = inputsOf(dataset);
    expect(possible).toEqual([
      { name: 'Age', place: 1, warning: null },
      { name: 'RefundDate', place: 2, warning: 'May leak the outcome' },
      { name: 'Fee', place: 3, warning: null },
    ]);
    expect(excluded.map(({ name }) => name)).toEqual(['Id', 'Remarks', 'Exited']);
    expect(excluded.find(({ name }) => name === 'Exited')?.reason).toBe('Churn label');
  });

  it('leave out the columns of a churn rule', () => {
    const rule = { conditions: [{ kind: 'days-at-least', column: 'Age', days: 60 }], match: 'all' };
    const { excluded } = inputsOf({ ...dataset, label: { kind: 'proxy', rule } });
    expect(byName(excluded)).toContain('Age: Used by the churn rule');
  });
});

describe('the columns that a training run excludes', () => {
  it('have the reason of the dataset, of a finding, or of the run', () => {
    expect(byName(excludedFrom(dataset, ['RefundDate', 'Fee'], null))).toEqual([
      'Id: Customer ID',
      'RefundDate: May leak the outcome',
      'Fee: Excluded from this training run',
      expect.stringMatching(/^Remarks: /),
      'Exited: Churn label',
    ]);
  });

  it('are those that its model does not use, whatever was changed in the dataset since', () => {
    expect(byName(excludedFrom(dataset, [], ['Remarks', 'Age', 'RefundDate']))).toEqual([
      'Id: Customer ID',
      'Fee: Excluded when the model was trained',
      'Exited: Churn label',
    ]);
  });
});

it('options of a run that was queued before the training time had its name are read', () => {
  const plan = {
    params: {},
    families: ['logistic'],
    imbalance: 'none',
    folds: 5,
    seed: 1,
    budget: 60,
    drop: [],
  };
  expect(TrainingOptions.parse({ ...plan, effort: 'expert' })).toEqual({ ...plan, trainingTime: 'custom' });
  expect(TrainingOptions.parse({ ...plan, effort: 'quick' })).toEqual({ ...plan, trainingTime: 'quick' });
});
