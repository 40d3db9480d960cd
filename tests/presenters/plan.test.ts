/** What the page of a plan says. */
import { describe, expect, it } from 'vitest';
import { presentPlanPage } from '../../src/presenters/plan.ts';
import { createViewHelpers } from '../../src/presenters/view-helpers.ts';
import type { PlanResult } from '../../src/store/plan-documents.ts';
import type { Plan } from '../../src/store/plans.ts';
import { noFilter } from '../../src/store/prediction-filters.ts';

const h = createViewHelpers({ currency: 'EUR', timeZone: 'UTC' });
const result: PlanResult = {
  considered: 100,
  leftOut: { withoutId: 0, inOthers: 1, heldOut: 0, harmed: 0, withoutValue: 2, withoutAction: 0 },
  planned: 5,
  spent: 50,
  saving: 400,
  expectedSaving: 900,
  bound: 401,
  marginalValue: 2.4,
  actions: [
    {
      ruleId: 1,
      action: 'Call',
      channel: 0,
      cost: 10,
      saveRate: { low: 0.1, mean: 0.2, campaigns: 0, customers: 0 },
      customers: 5,
      spent: 50,
      saving: 400,
    },
  ],
  channels: [{ used: 5, marginalValue: 30 }],
  curve: [
    { budget: 50, saving: 400, marginalValue: 2.4 },
    { budget: 100, saving: 500, marginalValue: 0 },
  ],
};
const plan: Plan = {
  id: 1,
  state: 'ready',
  name: 'Spring',
  filter: noFilter,
  terms: {
    budget: 50,
    valueMonths: 12,
    valueMargin: 1,
    channels: [{ name: 'Call', capacity: 5, ruleIds: [1] }],
  },
  result,
  error: null,
  createdAt: '2026-11-29T10:00:00.000Z',
  finishedAt: '2026-11-29T10:00:02.000Z',
};
const pageOf = (change: Partial<PlanResult>) =>
  presentPlanPage(h, {
    plan: { ...plan, result: { ...result, ...change } },
    campaign: null,
    batches: [],
    models: [],
    segments: [],
  }).result!;

describe('the page of a plan', () => {
  it('says what it saves and what more budget would save', () => {
    expect(pageOf({})).toMatchObject({
      finding: 'Saves €400 after €50 of cost',
      next: 'The next €100 of budget would save €240 more, after cost.',
      notes: [
        'Call: all 5 places are taken. One more would save €30.',
        '1 customer is left out: in a campaign that runs.',
        '2 customers are left out: the monthly revenue is not known.',
      ],
    });
  });

  it('says when a larger budget saves nothing more', () => {
    expect(pageOf({ marginalValue: 0 }).next).toBe(
      '€50 of €50 is spent. A larger budget would save nothing more.',
    );
  });

  it('says when nothing pays, and draws no line without costs', () => {
    const curve = [{ budget: 0, saving: 0, marginalValue: 0 }];
    expect(pageOf({ planned: 0, saving: 0, spent: 0, curve })).toMatchObject({
      finding: 'Nobody gets an action',
      chart: null,
    });
  });
});
