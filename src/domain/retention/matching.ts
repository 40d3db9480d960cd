/** Retention rules: which actions a scored customer gets, and the expected saving of each. */
import type { CellValue } from '../../ml/data/values.ts';
import type { AttributeCondition, RuleRecord } from '../../store/retention-rules.ts';
import { isAsked, numberOf, typedNumber } from '../scoring/cell-values.ts';
import { foldName } from '../csv/column-names.ts';
import type { RiskLevel } from '../risk/levels.ts';
import { expectedSavingOf } from './expected-value.ts';

export type { AttributeCondition, Conditions } from '../../store/retention-rules.ts';
export { operators } from '../../store/rule-operators.ts';
export type { Operator } from '../../store/rule-operators.ts';

/** A stored rule with its conditions parsed. */
export type RetentionRule = RuleRecord;

/** The part of a scored customer that conditions are about. */
export interface RuleSubject {
  readonly probability: number;
  readonly riskLevel: RiskLevel;
  readonly reasons: readonly { readonly feature: string; readonly points: number }[];
  readonly inputs: Readonly<Record<string, CellValue>>;
  readonly monthlyValue: number | null;
}

export interface RecommendedAction {
  readonly ruleId: number;
  readonly action: string;
  readonly why: string;
  readonly cost: number;
  /** probability × save rate × value over the horizon − cost; null: the monthly revenue is not known. */
  readonly expectedSaving: number | null;
}

/** The actions of the rules that match, the largest expected saving first. Actions expected to lose money are left out. */
export function chooseActions(
  rules: readonly RetentionRule[],
  subject: RuleSubject,
  valueMonths: number,
): RecommendedAction[] {
  return rules
    .filter((rule) => rule.enabled && whyNot(rule, subject) === null)
    .map((rule) => toAction(rule, subject, valueMonths))
    .filter((action) => action.expectedSaving === null || action.expectedSaving > 0)
    .sort((a, b) => (b.expectedSaving ?? 0) - (a.expectedSaving ?? 0));
}

/** The first condition that this customer does not meet, in words, or null when the rule matches. */
export function whyNot({ conditions }: RetentionRule, subject: RuleSubject): string | null {
  if (conditions.riskLevels.length > 0 && !conditions.riskLevels.includes(subject.riskLevel)) {
    return `the risk is ${subject.riskLevel}, not ${conditions.riskLevels.join(' or ')}`;
  }
  if (conditions.minMonthlyValue !== null && !((subject.monthlyValue ?? -1) >= conditions.minMonthlyValue)) {
    return subject.monthlyValue === null
      ? 'the monthly revenue is not known'
      : `the monthly revenue is below ${conditions.minMonthlyValue}`;
  }
  if (conditions.reason !== null && !raisesRisk(conditions.reason, subject))
    return `${conditions.reason} does not raise this customer’s risk`;
  for (const condition of conditions.attributes) {
    const problem = attributeProblem(condition, subject.inputs);
    if (problem !== null) return problem;
  }
  return null;
}

/** A reason counts from one percentage point. */
export const fewestPoints = 0.01;

function raisesRisk(feature: string, subject: RuleSubject): boolean {
  return subject.reasons.some(
    (reason) => foldName(reason.feature) === foldName(feature) && reason.points >= fewestPoints,
  );
}

function attributeProblem(
  { column, operator, value }: AttributeCondition,
  inputs: Readonly<Record<string, CellValue>>,
): string | null {
  const name = Object.keys(inputs).find((input) => foldName(input) === foldName(column));
  if (name === undefined) return `the model has no column ${column}`;
  const found = inputs[name] ?? null;
  const shown = found === null ? 'missing' : `'${found}'`;
  return holds({ operator, value }, found) ? null : `${column} is ${shown}`;
}

/** Whether a customer's value is as a condition asks. */
export function holds(
  { operator, value }: Pick<AttributeCondition, 'operator' | 'value'>,
  found: CellValue,
): boolean {
  switch (operator) {
    case 'is':
      return isAsked(found, value);
    case 'is-not':
      return !isAsked(found, value);
    case 'below':
      return (numberOf(found) ?? NaN) < (typedNumber(value) ?? NaN);
    case 'above':
      return (numberOf(found) ?? NaN) > (typedNumber(value) ?? NaN);
    case 'missing':
      return found === null;
  }
}

function toAction(rule: RetentionRule, subject: RuleSubject, valueMonths: number): RecommendedAction {
  const { monthlyValue } = subject;
  const saving =
    monthlyValue === null ? null : expectedSavingOf(subject.probability, rule, monthlyValue, valueMonths);
  return { ruleId: rule.id, action: rule.action, why: rule.why, cost: rule.cost, expectedSaving: saving };
}
