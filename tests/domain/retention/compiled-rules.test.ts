/** Rules for many customers at once say what the rules say for one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRules } from '../../../src/domain/retention/compiled-rules.ts';
import type { RuleRows, RuleSubject } from '../../../src/domain/retention/conditions/kind.ts';
import { chooseActions } from '../../../src/domain/retention/matching.ts';
import type { RetentionRule } from '../../../src/domain/retention/matching.ts';
import { isAsked } from '../../../src/domain/retention/past/questions.ts';
import { listQuestions } from '../../../src/domain/retention/past/reading.ts';
import { PastTableBuilder } from '../../../src/domain/retention/past/table.ts';
import type { PastTable } from '../../../src/domain/retention/past/table.ts';
import { riskLevelOf, riskLevels } from '../../../src/domain/risk/levels.ts';
import { dateText } from '../../../src/domain/scoring/cell-values.ts';
import type { Feature } from '../../../src/ml/data/schema.ts';
import type { CellValue } from '../../../src/ml/data/values.ts';
import { textColumn } from '../../../src/store/score-files/encoding.ts';
import type { InputColumn } from '../../../src/store/score-files/group.ts';
import { operators } from '../../../src/store/rule-operators.ts';
import { SegmentPart } from '../../../src/store/segment-documents.ts';
import { newRule } from '../../helpers/rules.ts';

const feature = (name: string, type: Feature['type'], levels: readonly string[] = []): Feature => ({
  name,
  type,
  levels,
  range: null,
  missingShare: 0,
});
const features = [
  feature('Contract', 'category', ['Month-to-month', 'One year', '12']),
  feature('SeniorCitizen', 'boolean', ['0', '1']),
  feature('tenure', 'number'),
  feature('Signed on', 'date'),
];
const thresholds = { mediumFrom: 0.3, highFrom: 0.6, valueMonths: 12, valueMargin: 1 };

const choice = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

const asked = choice(
  'Month-to-month',
  ' one YEAR',
  '1',
  '1.0',
  '12',
  '12,5',
  '12.5',
  'New',
  '2026-11-20',
  '',
  'x',
);
const column = choice('contract', 'Senior citizen', 'TENURE', 'signed_on', 'Region');
const comparisons = (maxLength: number) =>
  fc.array(fc.record({ column, operator: choice(...operators), value: asked }), { maxLength });
/** What rules can ask of a segment: score and inputs. */
const part = fc
  .record({
    risk: choice(null, null, ...riskLevels),
    column: choice(null, 'Contract', 'SeniorCitizen', 'tenure', 'Signed on', 'Region'),
    level: choice(null, null, '', 'Month-to-month', '1', 'New', '2026-11-20'),
    from: choice(null, null, 1),
    to: choice(null, null, 12.5),
    low: choice(null, null, 0.1),
    high: choice(null, null, 0.6),
  })
  .map((asked) => SegmentPart.parse({ kind: 'filter', ...asked }));
const segment = fc.option(
  fc.record({ id: choice(1, 2), name: choice('A'), parts: fc.array(part, { maxLength: 2 }) }),
);
const days = choice(1, 7, 30);
const result = choice(null, 'accepted' as const, 'declined' as const);
const action = choice('Action 0', 'Action 1', 'Letter');
const question = fc.record({ action: fc.option(action), result, days });
const rules: fc.Arbitrary<RetentionRule[]> = fc
  .array(
    fc.record({
      cost: choice(0, 10, 30),
      saveRate: choice(0, 0.1, 0.5),
      enabled: fc.boolean(),
      conditions: fc.record({
        riskLevels: fc.subarray([...riskLevels]),
        minMonthlyValue: choice(null, null, -1, 0, 40),
        reason: fc.option(column),
        maxMonthlyValue: choice(null, null, 0, 40, 100),
        segment,
        attributes: comparisons(2),
        exceptions: comparisons(1),
        earlierAction: fc.option(question, { freq: 2 }),
        cooldown: fc.option(fc.record({ days, of: choice('any' as const, 'own' as const) }), { freq: 2 }),
      }),
    }),
    { maxLength: 5 },
  )
  .map((some) =>
    some.map((rule, i) => ({
      ...newRule({ ...rule, position: i, action: `Action ${i}` }),
      id: i + 1,
      version: 1,
    })),
  );

interface Row {
  readonly probability: number;
  readonly monthlyValue: number | null;
  readonly codes: readonly [number, number];
  readonly tenure: number | null;
  readonly day: number | null;
  readonly points: readonly number[];
  readonly past: readonly Parameters<typeof isAsked>[1][];
}
const rows: fc.Arbitrary<Row[]> = fc.array(
  fc.record({
    probability: choice(0, 0.1, 0.3, 0.59999, 0.6, 1),
    monthlyValue: choice(null, -5, 0, 39.99, 40, 100),
    codes: fc.tuple(choice(-1, 0, 1, 2, 3, 4), choice(-1, 0, 1, 2)),
    tenure: choice(null, 0, 1, 12, 12.5),
    day: choice(null, 0, 20_777),
    points: fc.tuple(...features.map(() => choice(-0.1, 0, 0.0099, 0.01, 0.2))),
    past: fc.array(fc.record({ action, result, daysAgo: choice(0, 5, 20, 100) }), { maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 20 },
);
/** Texts that are no level of the model: codes from the count of levels on. */
const others = [['New', 'x'], ['2']] as const;

function toColumns(some: readonly Row[]): RuleRows {
  const level = (k: 0 | 1): InputColumn => ({
    kind: 'level',
    codes: Int32Array.from(some, ({ codes }) => codes[k]),
    others: others[k],
  });
  const number = (value: (row: Row) => number | null): InputColumn => ({
    kind: 'number',
    values: Float64Array.from(some, (row) => value(row) ?? NaN),
  });
  return {
    rowCount: some.length,
    probability: Float64Array.from(some, ({ probability }) => probability),
    monthlyValue: Float64Array.from(some, ({ monthlyValue }) => monthlyValue ?? NaN),
    inputs: [level(0), level(1), number(({ tenure }) => tenure), number(({ day }) => day)],
    contributions: () => Float64Array.from(some.flatMap(({ points }) => points)),
    featureCount: features.length,
    identifiers: () => textColumn(some.map((_, i) => `customer ${i}`)),
  };
}

function toPast(some: readonly Row[], someRules: readonly RetentionRule[]): PastTable {
  const questions = listQuestions(someRules);
  const builder = new PastTableBuilder(questions);
  some.forEach(({ past }, i) => {
    const answers = questions.map((one) => Number(past.some((done) => isAsked(one, done))));
    if (answers.includes(1)) builder.add(`customer ${i}`, Uint8Array.from(answers));
  });
  return builder.end();
}

function toSubject({ probability, monthlyValue, codes, tenure, day, points, past }: Row): RuleSubject {
  const level = (k: 0 | 1): CellValue => {
    const { levels } = features[k]!;
    return codes[k] < 0 ? null : (levels[codes[k]] ?? others[k][codes[k] - levels.length] ?? null);
  };
  return {
    probability,
    monthlyValue,
    riskLevel: riskLevelOf(probability, thresholds),
    reasons: features.map(({ name }, j) => ({ feature: name, points: points[j]! })),
    inputs: {
      Contract: level(0),
      SeniorCitizen: level(1),
      tenure,
      'Signed on': day === null ? null : dateText(day),
    },
    had: (asked) => past.some((done) => isAsked(asked, done)),
  };
}

describe('compiled rules', () => {
  it('give each row the first of its actions, with the same saving', () => {
    fc.assert(
      fc.property(rules, rows, (someRules, someRows) => {
        const past = toPast(someRows, someRules);
        const compiled = compileRules({ ...thresholds, rules: someRules }, features, past);
        const { actions, expectedSaving } = compiled.choose(toColumns(someRows));
        const found = someRows.map((_, i) => ({
          ruleId: compiled.rules[actions[i]! - 1]?.id ?? null,
          saving: expectedSaving[i]!,
        }));
        const expected = someRows.map((row) => {
          const [first] = chooseActions(someRules, toSubject(row), thresholds);
          return { ruleId: first?.ruleId ?? null, saving: first?.expectedSaving ?? NaN };
        });
        expect(found).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });
});
