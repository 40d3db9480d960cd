/** Retention rules as their pages show them. */
import { operators } from '../domain/retention/matching.ts';
import type { Conditions, Operator, RetentionRule } from '../domain/retention/matching.ts';
import type { RuleTrial } from '../domain/retention/rule-trial.ts';
import { riskLevels } from '../domain/risk/levels.ts';
import type { ListedPrediction } from '../store/score-files/rows.ts';
import type { ViewHelpers } from './view-helpers.ts';

type Values = Readonly<Record<string, string>>;

const operatorWords: Record<Operator, string> = {
  is: 'is',
  'is-not': 'is not',
  below: 'is below',
  above: 'is above',
  missing: 'is missing',
};

export interface ListedRule {
  readonly rule: RetentionRule;
  /** Columns that the active model does not have. */
  readonly unknownColumns: readonly string[];
  /** False for an example while the active model is not of the sample. */
  readonly applies: boolean;
}

export function presentRuleList(h: ViewHelpers, listed: readonly ListedRule[]) {
  const examples = listed.filter(({ rule }) => rule.isExample);
  return {
    rules: listed.map((entry) => presentListedRule(h, entry)),
    examples: h.plural(examples.length, 'rule is an example', 'rules are examples'),
    hasExamples: examples.length > 0,
    examplesApply: examples.every(({ applies }) => applies),
  };
}

function presentListedRule(h: ViewHelpers, { rule, unknownColumns, applies }: ListedRule) {
  return {
    href: `/settings/rules/${rule.id}`,
    order: h.count(rule.position),
    action: rule.action,
    why: rule.why,
    conditions: describeConditions(h, rule.conditions),
    problem: problemOf(unknownColumns, applies),
    cost: h.money(rule.cost),
    saveRate: h.rate(rule.saveRate),
    state: rule.enabled ? 'In use' : 'Not in use',
    isExample: rule.isExample,
  };
}

function problemOf(unknownColumns: readonly string[], applies: boolean): string | null {
  if (!applies) return 'Matches no customers of the active model: it is an example for the sample.';
  return unknownColumns.length === 0
    ? null
    : `Matches no customers: the active model has no column ${unknownColumns.join(', ')}.`;
}

/** 'Risk is high or medium', 'Contract is Month-to-month': one a line. */
function describeConditions(h: ViewHelpers, conditions: Conditions): string[] {
  const { riskLevels: levels, minMonthlyValue, reason, attributes } = conditions;
  const lines = attributes.map(({ column, operator, value }) =>
    `${h.label(column)} ${operatorWords[operator]} ${operator === 'missing' ? '' : value}`.trim(),
  );
  if (reason !== null) lines.unshift(`${h.label(reason)} raises the risk`);
  if (minMonthlyValue !== null) lines.unshift(`Monthly revenue is at least ${h.money(minMonthlyValue)}`);
  if (levels.length > 0) lines.unshift(`Risk is ${levels.join(' or ')}`);
  return lines.length === 0 ? ['Any customer'] : lines;
}

export interface RuleFormData {
  /** Null: a new rule. */
  readonly id: number | null;
  readonly isExample: boolean;
  readonly values: Values;
  /** Columns of the active model. */
  readonly columns: readonly string[];
  readonly slots: readonly number[];
}

export function presentRuleForm(h: ViewHelpers, form: RuleFormData) {
  const { id, isExample, values, slots } = form;
  const path = id === null ? '/settings/rules' : `/settings/rules/${id}`;
  return {
    title: id === null ? 'Add a retention rule' : 'Change a retention rule',
    path,
    removalPath: id === null ? null : `${path}/removal`,
    isExample,
    values,
    levels: riskLevels.map((level) => ({
      name: level,
      label: h.riskWord(level),
      isChecked: values[level] === 'yes',
    })),
    reasonOptions: columnOptions(h, form, 'reason', 'Any'),
    attributes: slots.map((slot) => presentAttribute(h, form, slot)),
  };
}

function presentAttribute(h: ViewHelpers, form: RuleFormData, slot: number) {
  const { values } = form;
  const [column, operator, value] = [`column${slot}`, `operator${slot}`, `value${slot}`];
  return {
    legend: `Condition ${slot + 1}`,
    column: {
      name: column,
      label: 'Column',
      value: values[column],
      options: columnOptions(h, form, column, 'None'),
    },
    operator: {
      name: operator,
      label: 'Comparison',
      value: values[operator],
      options: operators.map((name) => ({ value: name, label: operatorWords[name] })),
    },
    value: { name: value, label: 'Value', value: values[value] },
  };
}

/** The columns of the active model, and the one that the rule names where the model does not have it. */
function columnOptions(h: ViewHelpers, { columns, values }: RuleFormData, field: string, none: string) {
  const chosen = values[field] ?? '';
  const names = chosen === '' || columns.includes(chosen) ? columns : [...columns, chosen];
  return [{ value: '', label: none }, ...names.map((name) => ({ value: name, label: h.label(name) }))];
}

export interface RuleTestData {
  readonly prediction: ListedPrediction | null;
  /** Customers to choose from. */
  readonly recent: readonly ListedPrediction[];
  readonly trials: readonly RuleTrial[];
}

export function presentRuleTest(h: ViewHelpers, { prediction, recent, trials }: RuleTestData) {
  const others = recent.filter(({ id }) => id !== prediction?.id);
  const offered = prediction ? [prediction, ...others] : others;
  return {
    options: offered.map((one) => ({
      value: one.id,
      label: `${customerName(one)}, ${h.percent(one.probability)}`,
    })),
    customer: prediction && {
      id: prediction.id,
      href: `/customers/${prediction.id}`,
      name: customerName(prediction),
      probability: h.percent(prediction.probability),
    },
    results: trials.map(({ rule, whyNot, saving }) => ({
      href: `/settings/rules/${rule.id}`,
      action: rule.action,
      result: whyNot === null ? 'Matches' : `Does not match: ${whyNot}`,
      saving: h.money(saving),
    })),
  };
}

function customerName({ id, customerId }: ListedPrediction): string {
  return customerId ?? `Score ${id}`;
}
