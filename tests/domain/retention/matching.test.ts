import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CellValue } from '../../../src/ml/data/values.ts';
import type { RuleSubject } from '../../../src/domain/retention/conditions/kind.ts';
import { whyNotMet } from '../../../src/domain/retention/conditions/kinds.ts';
import { chooseActions } from '../../../src/domain/retention/matching.ts';
import type { RetentionRule } from '../../../src/domain/retention/matching.ts';
import type { Conditions } from '../../../src/store/rule-conditions.ts';
import type { Operator } from '../../../src/store/rule-operators.ts';
import { isAsked } from '../../../src/domain/retention/past/questions.ts';
import { newRule } from '../../helpers/rules.ts';

const rule = (conditions: Partial<Conditions>, changes: Partial<RetentionRule> = {}): RetentionRule => ({
  ...newRule({ conditions }),
  id: 1,
  version: 1,
  ...changes,
});
const subject: RuleSubject = {
  probability: 0.5,
  riskLevel: 'medium',
  reasons: [{ feature: 'MonthlyCharges', points: 0.2 }],
  inputs: { Contract: 'Month-to-month', tenure: 3, TotalCharges: null },
  monthlyValue: 50,
  // Called ten days ago, and declined.
  had: (question) => isAsked(question, { action: 'Call', result: 'declined', daysAgo: 10 }),
};

const worth = { valueMonths: 12, valueMargin: 1 };

describe('the expected saving', () => {
  it('is probability × save rate × monthly value × months − cost', () => {
    expect(chooseActions([rule({})], subject, worth)[0]?.expectedSaving).toBe(0.5 * 0.2 * 50 * 12 - 10);
  });

  it('comes with what the customer is worth, and the save rate from which on the action pays for itself', () => {
    const [action] = chooseActions([rule({})], subject, { valueMonths: 12, valueMargin: 0.5 });
    expect(action).toMatchObject({ expectedSaving: 20, customerValue: 300 });
    expect(action!.breakEven).toBeCloseTo(10 / 150, 12);
  });

  it('comes with how the customer is reached and what to say', () => {
    const [action] = chooseActions([rule({}, { channel: 'Call', message: 'Hello' })], subject, worth);
    expect(action).toMatchObject({ channel: 'Call', message: 'Hello' });
  });

  it('orders the actions, and one that would lose money is not recommended', () => {
    const rules = [
      rule({}, { id: 1, cost: 30 }),
      rule({}, { id: 2, cost: 5 }),
      rule({}, { id: 3, cost: 1_000 }),
    ];
    expect(chooseActions(rules, subject, worth).map(({ ruleId }) => ruleId)).toEqual([2, 1]);
  });

  it('is null where the monthly revenue is unknown, and the order of the rules decides', () => {
    const actions = chooseActions(
      [rule({}, { id: 7 }), rule({}, { id: 8, cost: 1 })],
      { ...subject, monthlyValue: null },
      worth,
    );
    expect(actions.map(({ ruleId, expectedSaving }) => [ruleId, expectedSaving])).toEqual([
      [7, null],
      [8, null],
    ]);
  });
});

describe('a rule', () => {
  it.each<[string, Partial<Conditions>, string | null]>([
    ['matches any customer without conditions', {}, null],
    ['matches on risk', { riskLevels: ['medium', 'high'] }, null],
    ['needs another risk', { riskLevels: ['high'] }, 'the risk is medium, not high'],
    ['needs a higher monthly revenue', { minMonthlyValue: 60 }, 'the monthly revenue is below 60'],
    ['matches below a monthly revenue', { maxMonthlyValue: 50.01 }, null],
    ['needs a lower monthly revenue', { maxMonthlyValue: 50 }, 'the monthly revenue is not below 50'],
    ['matches on a reason', { reason: 'monthly_charges' }, null],
    [
      'needs a reason that does not raise the risk',
      { reason: 'Tenure' },
      'Tenure does not raise this customer’s risk',
    ],
    [
      'compares without case',
      { attributes: [{ column: 'CONTRACT', operator: 'is', value: 'month-to-month' }] },
      null,
    ],
    ['compares numbers', { attributes: [{ column: 'Tenure', operator: 'below', value: '6' }] }, null],
    [
      'a missing number is not below',
      { attributes: [{ column: 'TotalCharges', operator: 'below', value: '6' }] },
      'TotalCharges is missing',
    ],
    [
      'matches a missing value',
      { attributes: [{ column: 'TotalCharges', operator: 'missing', value: '' }] },
      null,
    ],
    [
      'names a column that the model does not have',
      { attributes: [{ column: 'Region', operator: 'is', value: 'x' }] },
      'the model has no column Region',
    ],
    [
      'is never for some customers',
      { exceptions: [{ column: 'Contract', operator: 'is', value: 'Month-to-month' }] },
      "Contract is 'Month-to-month'",
    ],
    [
      'is for all but some customers',
      { exceptions: [{ column: 'Contract', operator: 'is', value: 'Two year' }] },
      null,
    ],
    [
      'has an exception that the model cannot tell: then nobody gets the action',
      { exceptions: [{ column: 'No calls', operator: 'is', value: 'Yes' }] },
      'the model has no column No calls',
    ],
    [
      'leaves customers alone who had any action lately',
      { cooldown: { days: 10, of: 'any' } },
      'the customer had any action within the last 10 days',
    ],
    ['applies again after its cool-down', { cooldown: { days: 9, of: 'any' } }, null],
    [
      'is not offered twice in a row',
      { cooldown: { days: 30, of: 'own' } },
      'the customer had this action within the last 30 days',
    ],
    ['follows up any action', { earlierAction: { action: null, result: null, days: 14 } }, null],
    [
      'follows up one by its result',
      { earlierAction: { action: 'Call', result: 'declined', days: 14 } },
      null,
    ],
    [
      'follows up what was done, not what was not',
      { earlierAction: { action: 'Letter', result: null, days: 14 } },
      'the customer did not have ‘Letter’ in the last 14 days',
    ],
    [
      'follows up an action with this result only',
      { earlierAction: { action: 'Call', result: 'accepted', days: 14 } },
      'the customer did not have ‘Call’, accepted, in the last 14 days',
    ],
    [
      'follows up what was done not too long ago',
      { earlierAction: { action: null, result: null, days: 1 } },
      'the customer did not have an action in the last 1 day',
    ],
  ])('%s', (_name, conditions, answer) => {
    expect(whyNotMet(rule(conditions), subject)).toBe(answer);
  });

  it.each<[CellValue, Operator, string, boolean]>([
    [1234.5, 'above', '1,000', true],
    [1.234, 'above', '1000', false],
    [29.85, 'above', '29,8', true],
    [29.85, 'is', '29,85', true],
    ['n/a', 'below', '5', false],
    ['1,234', 'above', '0', false],
    ['many', 'above', '0', false],
    [null, 'below', '5', false],
    [null, 'is', '', false],
    [5, 'below', 'five', false],
    ['1', 'above', '0', true],
    ['1.0', 'is', '1', true],
    ['YES', 'is', ' yes ', true],
    ['yes', 'is-not', 'Yes', false],
    [null, 'is-not', 'Yes', true],
  ])(
    'takes %j %s %j as the model did, and what was typed as a person would',
    (found, operator, value, holds) => {
      const asked = rule({ attributes: [{ column: 'Amount', operator, value }] });
      expect(whyNotMet(asked, { ...subject, inputs: { amount: found } }) === null).toBe(holds);
    },
  );

  it('never recommends a loss, and the largest saving comes first, whatever the figures', () => {
    const figures = fc.record({
      cost: fc.float({ min: 0, max: 500, noNaN: true }),
      saveRate: fc.float({ min: 0, max: 1, noNaN: true }),
      enabled: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(figures, { maxLength: 12 }),
        fc.float({ min: 0, max: 1, noNaN: true }),
        fc.float({ min: -10, max: 1_000, noNaN: true }),
        (rows, probability, monthlyValue) => {
          const rules = rows.map((row, id) => rule({}, { ...row, id }));
          const actions = chooseActions(rules, { ...subject, probability, monthlyValue }, worth);
          const savings = actions.map(({ expectedSaving }) => expectedSaving!);
          expect(savings.every((saving) => saving > 0)).toBe(true);
          expect(savings).toEqual([...savings].sort((a, b) => b - a));
          expect(actions.every(({ ruleId }) => rules[ruleId]!.enabled)).toBe(true);
        },
      ),
    );
  });

  it('that is not in use recommends nothing', () => {
    expect(chooseActions([rule({}, { enabled: false })], subject, worth)).toEqual([]);
  });
});
