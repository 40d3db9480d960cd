/** Retention rules as their pages show them. */
import { operatorWords } from '../domain/retention/conditions/comparisons.ts';
import { anyAction, namedAction } from '../domain/retention/conditions/earlier-actions.ts';
import type { ConditionField, FieldPart, TypedFields } from '../domain/retention/conditions/kind.ts';
import { conditionFields, describeConditions } from '../domain/retention/conditions/kinds.ts';
import type { RetentionRule } from '../domain/retention/matching.ts';
import type { RuleTrial } from '../domain/retention/rule-trial.ts';
import { problemsOf } from '../domain/retention/rule-problems.ts';
import type { RuleSurroundings } from '../domain/retention/rule-problems.ts';
import { validityOn } from '../domain/retention/validity.ts';
import type { ValueTerms } from '../domain/retention/expected-value.ts';
import type { Feature } from '../ml/data/schema.ts';
import type { ListedPrediction } from '../store/score-files/rows.ts';
import type { Totals } from '../store/score-files/totals.ts';
import type { Segment } from '../store/segments.ts';
import { operators } from '../store/rule-operators.ts';
import { breakEvenAtCost, breakEvenText } from './break-even.ts';
import { segmentOptions } from './prediction-filters.ts';
import type { RiskWord, ViewHelpers } from './view-helpers.ts';

export interface ListedRule {
  readonly rule: RetentionRule;
  /** False for an example while the active model is not of the sample. */
  readonly applies: boolean;
}

export interface RuleListData {
  readonly listed: readonly ListedRule[];
  /** Of the active model; undefined: there is none. */
  readonly features: readonly Feature[] | undefined;
  /** `2026-11-20`, where the organisation is. */
  readonly day: string;
}

export function presentRuleList(h: ViewHelpers, { listed, features, day }: RuleListData) {
  const around = { rules: listed.map(({ rule }) => rule), features, day, words: h };
  const examples = listed.filter(({ rule }) => rule.isExample);
  return {
    rules: listed.map((entry) => presentListedRule(h, entry, around)),
    examples: h.plural(examples.length, 'rule is an example', 'rules are examples'),
    hasExamples: examples.length > 0,
    examplesApply: examples.every(({ applies }) => applies),
  };
}

function presentListedRule(h: ViewHelpers, { rule, applies }: ListedRule, around: RuleSurroundings) {
  const conditions = describeConditions(rule.conditions, h);
  return {
    href: `/settings/rules/${rule.id}`,
    order: h.count(rule.position),
    action: rule.action,
    why: rule.why,
    channel: h.or(rule.channel || null),
    conditions: conditions.length === 0 ? ['Any customer'] : conditions,
    validity: validityWords(h, rule),
    problems: applies ? problemsOf(rule, around) : [notOfSample],
    cost: h.money(rule.cost),
    saveRate: h.rate(rule.saveRate),
    state: rule.enabled ? stateWords[validityOn(rule, around.day)] : 'Not in use',
    isExample: rule.isExample,
  };
}

const notOfSample = 'Matches no customers of the active model: it is an example for the sample.';

const stateWords = { 'not-yet': 'Not yet', now: 'In use', over: 'Ended' } as const;

/** 'From 1 Dec 2026 to 24 Dec 2026'; '' where it has no days. */
function validityWords(h: ViewHelpers, { validFrom, validTo }: RetentionRule): string {
  const from = validFrom === null ? '' : `From ${h.date(validFrom)}`;
  const to = validTo === null ? '' : `${from === '' ? 'Until' : ' to'} ${h.date(validTo)}`;
  return `${from}${to}`;
}

export interface RuleFormData {
  /** Null: a new rule. */
  readonly id: number | null;
  readonly isExample: boolean;
  readonly values: TypedFields;
  /** Columns of the active model. */
  readonly columns: readonly string[];
  /** That rules name. */
  readonly channels: readonly string[];
  /** Of all rules. */
  readonly actions: readonly string[];
  /** Of all customers; null: they could not be read. */
  readonly totals: Totals | null;
  readonly worth: ValueTerms;
  /** That a rule can ask for. */
  readonly segments: readonly Segment[];
}

/** To begin with. */
const usualChannels = ['Call', 'Email', 'Letter', 'Offer', 'Text message'];

export function presentRuleForm(h: ViewHelpers, form: RuleFormData) {
  const { id, isExample, values, channels } = form;
  const path = id === null ? '/settings/rules' : `/settings/rules/${id}`;
  return {
    id: id ?? '',
    title: id === null ? 'Add a retention rule' : 'Change a retention rule',
    path,
    removalPath: id === null ? null : `${path}/removal`,
    isExample,
    values,
    conditions: presentFields(h, form, 'conditions'),
    exceptions: presentFields(h, form, 'exceptions'),
    channels: [...new Set([...usualChannels, ...channels])],
    breakEven: breakEvenAtCost(h, toAmount(values['cost']), form),
  };
}

/** NaN: blank, or none. */
function toAmount(typed = ''): number {
  return typed.trim() === '' ? NaN : Number(typed.replace(',', '.'));
}

/** Grouped as the page shows them. */
function presentFields(h: ViewHelpers, form: RuleFormData, asked: 'conditions' | 'exceptions') {
  const { values } = form;
  const fields = conditionFields.filter(({ section }) => section === asked).map(({ field }) => field);
  return {
    checks: fields.flatMap((field) =>
      field.control === 'checks'
        ? [{ label: field.label, boxes: field.names.map((name) => presentBox(h, values, name)) }]
        : [],
    ),
    amounts: fields.flatMap((field) =>
      field.control === 'amount' ? [{ ...field, value: values[field.name] }] : [],
    ),
    columns: fields.flatMap((field) =>
      field.control === 'column'
        ? [{ ...field, value: values[field.name], options: columnOptions(h, form, field) }]
        : [],
    ),
    segments: fields.flatMap((field) =>
      field.control === 'segment' && form.segments.length > 0
        ? [{ ...field, value: values[field.name], options: choicesOfSegment(form, field.none) }]
        : [],
    ),
    comparisons: fields.flatMap((field) =>
      field.control === 'comparison' ? [presentComparison(h, form, field)] : [],
    ),
    groups: fields.flatMap((field) =>
      field.control === 'group'
        ? [
            {
              label: field.label,
              hint: field.hint,
              parts: field.parts.map((part) => presentPart(form, part)),
            },
          ]
        : [],
    ),
  };
}

function choicesOfSegment({ segments }: RuleFormData, none: string) {
  return [
    { value: '', label: none },
    ...segmentOptions(segments).map(({ value, label }) => ({ value: String(value), label })),
  ];
}

function presentBox(h: ViewHelpers, values: TypedFields, name: string) {
  return { name, label: h.riskWord(name as RiskWord), isChecked: values[name] === 'yes' };
}

/** Without options: a number of days. */
function presentPart({ values, actions }: RuleFormData, part: FieldPart) {
  const { name, label } = part;
  const value = values[name];
  if (part.control === 'days') return { name, label, value, options: null };
  return {
    name,
    label,
    value,
    options: part.control === 'choice' ? part.options : actionOptions(actions, value),
  };
}

/** Actions of the rules, and the chosen one where no rule has it any more. */
function actionOptions(actions: readonly string[], chosen = '') {
  const named = [...new Set(actions)].map((action) => ({ value: `${namedAction}${action}`, label: action }));
  const isKnown = chosen === '' || chosen === anyAction || named.some(({ value }) => value === chosen);
  return [
    { value: '', label: 'Not asked for' },
    { value: anyAction, label: 'Any action' },
    ...named,
    ...(isKnown ? [] : [{ value: chosen, label: chosen.slice(namedAction.length) }]),
  ];
}

type Comparison = Extract<ConditionField, { control: 'comparison' }>;

function presentComparison(
  h: ViewHelpers,
  form: RuleFormData,
  { label, column, operator, value }: Comparison,
) {
  const { values } = form;
  return {
    label,
    column: {
      name: column,
      label: 'Column',
      value: values[column],
      options: columnOptions(h, form, { name: column, none: 'None' }),
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
function columnOptions(
  h: ViewHelpers,
  { columns, values }: RuleFormData,
  { name: field, none }: { readonly name: string; readonly none: string },
) {
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
  return {
    options: presentOfferedCustomers(h, recent, prediction),
    customer: prediction && {
      id: prediction.id,
      href: `/customers/${prediction.id}`,
      name: customerName(prediction),
      probability: h.percent(prediction.probability),
    },
    results: trials.map(({ rule, whyNot, saving, breakEven }) => ({
      href: `/settings/rules/${rule.id}`,
      action: rule.action,
      result: whyNot === null ? 'Matches' : `Does not match: ${whyNot}`,
      saving: h.money(saving),
      breakEven: h.or(breakEvenText(h, breakEven)),
    })),
  };
}

/** With the chosen one, which comes first. */
export function presentOfferedCustomers(
  h: ViewHelpers,
  recent: readonly ListedPrediction[],
  chosen: ListedPrediction | null,
) {
  const others = recent.filter(({ id }) => id !== chosen?.id);
  return (chosen ? [chosen, ...others] : others).map((one) => ({
    value: one.id,
    label: `${customerName(one)}, ${h.percent(one.probability)}`,
  }));
}

function customerName({ id, customerId }: ListedPrediction): string {
  return customerId ?? `Score ${id}`;
}
