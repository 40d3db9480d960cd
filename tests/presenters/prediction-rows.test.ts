import { describe, expect, it } from 'vitest';
import { presentPredictionRows } from '../../src/presenters/prediction-rows.ts';
import type { ListedScore } from '../../src/presenters/prediction-rows.ts';
import type { SetLevel } from '../../src/store/set-levels.ts';
import { createViewHelpers } from '../../src/presenters/view-helpers.ts';

const h = createViewHelpers({ currency: 'EUR', timeZone: 'Europe/Vienna' });

const score: ListedScore = {
  id: 7,
  batchId: 1,
  batchName: 'a.csv',
  rowNumber: 1_204,
  customerId: null,
  source: 'batch',
  modelId: 3,
  modelLabel: 'v3',
  probability: 0.72,
  riskLevel: 'high',
  reasons: [{ feature: 'is_active', value: '0', points: 0.12 }],
  recommendedAction: null,
  expectedSaving: null,
  monthlyValue: 49.9,
  isNoted: false,
  isSample: false,
  createdAt: '2026-11-02T12:00:00.000Z',
  setLevel: null,
};
const setLevel: SetLevel = {
  id: 1,
  customerId: 'C-1',
  level: 'low',
  reason: 'has signed for two years',
  setBy: 'Ada Admin',
  setOn: '2026-11-03',
  setAt: '2026-11-03T09:00:00.000Z',
  endsOn: '2026-12-03',
  expiresAt: '2026-12-03T23:00:00.000Z',
  removedOn: null,
  removedAt: null,
  removedBy: null,
  modelLevel: 'high',
  probability: 0.72,
  levelProbability: 0.15,
};
const schema = {
  features: [
    {
      name: 'is_active',
      type: 'boolean' as const,
      title: 'Active member',
      levels: ['0', '1'],
      range: null,
      missingShare: 0,
    },
  ],
  label: { name: 'left', positive: '1', negative: '0' },
  identifier: null,
  value: null,
};
const reasonOf = (value: string | number | null, models = [{ id: 3, schema }]) =>
  presentPredictionRows(
    h,
    [{ ...score, reasons: [{ feature: 'is_active', value, points: 0.12 }] }],
    models,
  )[0]!.reason;

describe('a row of the list of customers', () => {
  it('gives the strongest reason in the words of the model that scored', () => {
    expect(reasonOf('0')).toBe('Active member is No: raises risk by 12 points');
    expect(reasonOf(null)).toBe('Active member is not known: raises risk by 12 points');
    expect(reasonOf('0', [])).toBe('Is active is 0: raises risk by 12 points');
    expect(reasonOf(34_516.5, [])).toBe('Is active is 34,516.5: raises risk by 12 points');
    expect(reasonOf('2026-01-05', [])).toBe('Is active is 5 Jan 2026: raises risk by 12 points');
  });

  it('is named by its customer, else by where it came from', () => {
    const names = [
      score,
      { ...score, customerId: 'C-1' },
      { ...score, rowNumber: null, modelId: null, reasons: [] },
    ];
    const rows = presentPredictionRows(h, names, []);
    expect(rows.map(({ customer }) => customer)).toEqual(['Row 1,204', 'C-1', 'Prediction 7']);
    expect(rows[2]!.reason).toBe('–');
    expect(rows[0]).toMatchObject({ href: '/customers/7', probability: '72 %', saving: '–', action: '–' });
  });

  it('has the level that a person has set, who it was, and what the model says', () => {
    const rows = presentPredictionRows(h, [score, { ...score, setLevel }], []);
    expect(rows.map(({ level }) => level)).toEqual(['high', 'low']);
    expect(rows.map((row) => row.setLevel)).toEqual([null, 'Set by Ada Admin until 3 Dec 2026. Model: High']);
    const [gone] = presentPredictionRows(h, [{ ...score, setLevel: { ...setLevel, setBy: null } }], []);
    expect(gone!.setLevel).toContain('Set by a former user');
  });
});
