/** Rules that cannot do what somebody expects of them. */
import { describe, expect, it } from 'vitest';
import { covers, whyNotMet } from '../../../src/domain/retention/conditions/kinds.ts';
import { excludeEachOther, implies } from '../../../src/domain/retention/conditions/comparison-logic.ts';
import type { RetentionRule } from '../../../src/domain/retention/matching.ts';
import { problemsOf } from '../../../src/domain/retention/rule-problems.ts';
import type { Feature } from '../../../src/ml/data/schema.ts';
import type { CellValue } from '../../../src/ml/data/values.ts';
import type { AttributeCondition, Conditions } from '../../../src/store/rule-conditions.ts';
import { operators } from '../../../src/store/rule-operators.ts';
import type { Operator } from '../../../src/store/rule-operators.ts';
import { anyCustomer, newRule } from '../../helpers/rules.ts';

const feature = (name: string, type: Feature['type'], levels: readonly string[] = []): Feature => ({
  name,
  type,
  levels,
  range: null,
  missingShare: 0,
});
const features = [
  feature('Contract', 'category', ['Month-to-month', 'One year']),
  feature('Tenure', 'number'),
  feature('SeniorCitizen', 'boolean', ['0', '1']),
];
const words = { label: (column: string) => column, money: (amount: number) => `€${amount}` };
const rule = (id: number, changes: Parameters<typeof newRule>[0]): RetentionRule => ({
  ...newRule({ action: `Action ${id}`, ...changes }),
  id,
  version: 1,
});
const problems = (one: RetentionRule, others: readonly RetentionRule[] = []) =>
  problemsOf(one, { rules: [...others, one], features, day: '2026-11-22', words });
const asks = (column: string, operator: Operator, value = ''): AttributeCondition => ({
  column,
  operator,
  value,
});

describe('a rule that nobody can meet says why', () => {
  it.each<[string, Partial<Conditions>, RegExp]>([
    ['an unknown column', { attributes: [asks('Region', 'is', 'x')] }, /has no column Region/],
    ['an unknown column of an exception', { exceptions: [asks('Opt-out', 'is', 'x')] }, /no column Opt-out/],
    ['an empty range of revenue', { minMonthlyValue: 50, maxMonthlyValue: 50 }, /at least €50 and below €50/],
    [
      'an empty range of a column',
      { attributes: [asks('Tenure', 'above', '12'), asks('tenure', 'below', '12')] },
      /‘Tenure is above 12’ and ‘tenure is below 12’ exclude each other/,
    ],
    [
      'two levels at once',
      { attributes: [asks('Contract', 'is', 'One year'), asks('Contract', 'is', 'Month-to-month')] },
      /exclude each other/,
    ],
    [
      'whoever is asked for is left out',
      { attributes: [asks('Tenure', 'below', '6')], exceptions: [asks('Tenure', 'below', '12')] },
      /whoever meets ‘Tenure is below 12’ is left out/,
    ],
    ['text of a number', { attributes: [asks('Tenure', 'is', 'long')] }, /is a number, never ‘long’/],
    ['a size of text', { attributes: [asks('Contract', 'above', '3')] }, /Contract is no number/],
    [
      'a level never seen',
      { attributes: [asks('Contract', 'is', 'Monthly')] },
      /never seen Contract ‘Monthly’/,
    ],
  ])('%s', (_name, conditions, message) => {
    expect(problems(rule(1, { conditions })).join(' ')).toMatch(message);
  });

  it('names days that have passed', () => {
    expect(problems(rule(1, { validTo: '2026-11-21' }))).toEqual([
      'Applies no longer: its last day has passed.',
    ]);
    expect(problems(rule(1, { validTo: '2026-11-22' }))).toEqual([]);
  });

  it.each<[string, Partial<Conditions>]>([
    ['numbers of levels', { attributes: [asks('SeniorCitizen', 'above', '0')] }],
    [
      'the same number in two writings',
      { attributes: [asks('Tenure', 'is', '1,5'), asks('Tenure', 'is', '1.5')] },
    ],
    ['a range', { attributes: [asks('Tenure', 'above', '1'), asks('Tenure', 'below', '12')] }],
    [
      'an exception beside',
      { attributes: [asks('Tenure', 'below', '12')], exceptions: [asks('Tenure', 'below', '6')] },
    ],
  ])('is not said of %s', (_name, conditions) => {
    expect(problems(rule(1, { conditions }))).toEqual([]);
  });
});

describe('rules for the same customers', () => {
  const high = { riskLevels: ['high'] as const };
  it('with different actions are named on both', () => {
    const call = rule(1, { conditions: high, cost: 20, saveRate: 0.3 });
    const write = rule(2, { conditions: high, cost: 1, saveRate: 0.05 });
    expect(problems(write, [call])).toEqual(['Has the same conditions as ‘Action 1’.']);
    expect(problems(call, [write])).toEqual(['Has the same conditions as ‘Action 2’.']);
  });

  it('of which one always saves as much or more leave no place for the other', () => {
    const wide = rule(1, { cost: 5, saveRate: 0.3 });
    const narrow = rule(2, { conditions: high, cost: 5, saveRate: 0.2 });
    expect(problems(narrow, [wide])[0]).toMatch(/Never comes first: ‘Action 1’/);
    expect(problems(wide, [narrow])).toEqual([]);
  });

  it('leave a place where the other rule ends earlier, leaves customers out, is not in use, or costs more', () => {
    const narrow = rule(2, { conditions: high, cost: 5, saveRate: 0.2 });
    for (const changes of [
      { validTo: '2026-12-31' },
      { conditions: { exceptions: [asks('Tenure', 'below', '6')] } },
      { conditions: { cooldown: { days: 30, of: 'any' as const } } },
      { conditions: { earlierAction: { action: null, result: null, days: 90 } } },
      { enabled: false },
      { cost: 6 },
      { isExample: true },
    ])
      expect(problems(narrow, [rule(1, { cost: 5, saveRate: 0.3, ...changes })])).toEqual([]);
  });

  it('are told apart by the past of their customers', () => {
    const cooling = (days: number, of: 'any' | 'own' = 'any') => ({ ...high, cooldown: { days, of } });
    const following = (action: string | null, days: number) => ({
      ...high,
      earlierAction: { action, result: null, days },
    });
    const wins = (wide: Partial<Conditions>, narrow: Partial<Conditions>): boolean =>
      problems(rule(2, { conditions: narrow, cost: 5, saveRate: 0.2 }), [
        rule(1, { conditions: wide, cost: 5, saveRate: 0.3 }),
      ]).length > 0;
    expect(wins(cooling(30), cooling(60))).toBe(true);
    expect(wins(cooling(60), cooling(30))).toBe(false);
    expect(wins(cooling(30, 'own'), cooling(30, 'own'))).toBe(false);
    expect(wins(following(null, 30), following('Call', 14))).toBe(true);
    expect(wins(following('Call', 30), following('Letter', 14))).toBe(false);
    expect(wins(following('Call', 14), following('Call', 30))).toBe(false);
  });

  it('that follow up what their cool-down leaves alone are for nobody', () => {
    const earlierAction = { action: 'Call', result: null, days: 30 };
    const asked = (days: number) =>
      problems(rule(1, { conditions: { earlierAction, cooldown: { days, of: 'any' } } }), []);
    expect(asked(30)).toEqual([
      'Matches no customers: the earlier action that is asked for falls within the cool-down.',
    ]);
    expect(asked(29)).toEqual([]);
  });

  it('that come later win only where the revenue has to be known', () => {
    const later = rule(1, { position: 1, cost: 1, saveRate: 0.5 });
    const around = (one: RetentionRule) =>
      problemsOf(one, { rules: [one, later], features, day: '2026-11-22', words });
    expect(around(rule(2, { conditions: high }))).toEqual([]);
    expect(around(rule(2, { conditions: { ...high, minMonthlyValue: 10 } }))).toHaveLength(1);
  });
});

describe('what follows from a comparison', () => {
  const values = ['1', '2', '2,0', 'One year', ''];
  const all = operators.flatMap((operator) => values.map((value) => asks('X', operator, value)));
  const cells: CellValue[] = [null, 1, 1.5, 2, 3, '1', '2', 'One year', 'Two year'];
  const meets = (one: AttributeCondition, x: CellValue): boolean => {
    const customer = { probability: 0, riskLevel: 'low' as const, reasons: [], monthlyValue: null };
    const asked = { conditions: { ...anyCustomer, attributes: [one] }, action: 'Call' };
    return whyNotMet(asked, { ...customer, inputs: { X: x }, had: () => false }) === null;
  };

  it('is true of every customer', () => {
    for (const a of all)
      for (const b of all) {
        const both = cells.filter((x) => meets(a, x) && meets(b, x));
        const onlyA = cells.filter((x) => meets(a, x) && !meets(b, x));
        if (implies(a, b)) expect(onlyA, JSON.stringify([a, b])).toEqual([]);
        if (excludeEachOther(a, b)) expect(both, JSON.stringify([a, b])).toEqual([]);
      }
  });

  it('is found where it matters', () => {
    const [below, wider, above] = [asks('X', 'below', '5'), asks('x', 'below', '6'), asks('X', 'above', '7')];
    expect(implies(below, wider)).toBe(true);
    expect(implies(wider, below)).toBe(false);
    expect(excludeEachOther(below, above)).toBe(true);
    expect(implies(below, asks('Y', 'below', '6'))).toBe(false);
  });
});

describe('conditions that cover others', () => {
  it('leave out nobody who meets these', () => {
    const one = (changes: Partial<Conditions>): Conditions => ({ ...anyCustomer, ...changes });
    expect(covers(anyCustomer, one({ reason: 'Tenure' }))).toBe(true);
    expect(covers(one({ reason: 'Tenure' }), anyCustomer)).toBe(false);
    expect(covers(one({ riskLevels: ['low', 'high'] }), one({ riskLevels: ['high'] }))).toBe(true);
    expect(covers(one({ riskLevels: ['high'] }), anyCustomer)).toBe(false);
    expect(covers(one({ minMonthlyValue: 10 }), one({ minMonthlyValue: 20 }))).toBe(true);
    expect(covers(one({ maxMonthlyValue: 10 }), one({ maxMonthlyValue: 20 }))).toBe(false);
    const young = asks('Tenure', 'below', '6');
    expect(covers(one({ exceptions: [young] }), anyCustomer)).toBe(false);
    expect(covers(anyCustomer, one({ exceptions: [young] }))).toBe(true);
    expect(covers(one({ exceptions: [young] }), one({ exceptions: [asks('Tenure', 'below', '12')] }))).toBe(
      true,
    );
  });
});
