/** The form of a retention rule: from its fields to a rule, and back. */
import { z } from 'zod';
import { foldName } from '../domain/csv/column-names.ts';
import { operators } from '../domain/retention/matching.ts';
import type { AttributeCondition, Conditions, RetentionRule } from '../domain/retention/matching.ts';
import { riskLevels } from '../domain/risk/levels.ts';
import { typedNumber } from '../domain/scoring/cell-values.ts';
import type { FieldError } from '../errors.ts';
import { typedPercent } from '../format.ts';
import { inPageOrder } from '../http/page-order.ts';
import { limitedText, parseForm, textValues } from '../http/validate.ts';
import type { FormResult } from '../http/validate.ts';
import type { ModelRecord } from '../store/models.ts';
import type { NewRule } from '../store/retention-rules.ts';

export type RuleFormValues = Readonly<Record<string, string>>;

/** The conditions on columns that the form has fields for. */
export const attributeSlots = [0, 1, 2] as const;

const column = limitedText(200);
const operator = z.enum(operators, 'Choose a comparison.');
const value = limitedText(200);
const checkbox = z.enum(['yes']).optional();
const text = z.string().trim();
const toNumber = (typed: string): number => Number(typed.replace(',', '.'));

/** Its fields are in the order of the page. */
const RuleForm = z.object({
  low: checkbox,
  medium: checkbox,
  high: checkbox,
  minMonthlyValue: text
    .regex(/^(\d{1,9}([.,]\d{1,2})?)?$/, 'Enter an amount such as 25 or 12.50, or leave blank to match any.')
    .transform((typed) => (typed === '' ? null : toNumber(typed))),
  reason: limitedText(200).transform((name) => name || null),
  column0: column,
  operator0: operator,
  value0: value,
  column1: column,
  operator1: operator,
  value1: value,
  column2: column,
  operator2: operator,
  value2: value,
  action: limitedText(200).min(1, 'Enter an action.'),
  why: limitedText(500).min(1, 'Enter a reason for the action, in one sentence.'),
  cost: text
    .regex(/^\d{1,9}([.,]\d{1,2})?$/, 'Enter a cost such as 25 or 12.50. Enter 0 if the action is free.')
    .transform(toNumber),
  saveRate: text
    .regex(/^\d{1,3}([.,]\d+)?$/, 'Enter a percentage such as 10.')
    .transform((typed) => toNumber(typed) / 100)
    .refine((share) => share <= 1, 'Enter a percentage from 0 to 100.'),
  position: text
    .regex(/^\d{1,9}$/, 'Enter a whole number from 0 to 1,000.')
    .transform(Number)
    .refine((place) => place <= 1_000, 'Enter a whole number from 0 to 1,000.'),
  enabled: checkbox,
});

/** The rule that a submitted form describes, or every error in it. */
export function readRuleForm(body: unknown): FormResult<NewRule> {
  const form = parseForm(RuleForm, body);
  const values = textValues(body);
  const errors = inPageOrder(
    [...(form.ok ? [] : form.errors), ...comparisonErrors(values)],
    Object.keys(RuleForm.shape),
  );
  return form.ok && errors.length === 0
    ? { ok: true, data: toRule(form.data) }
    : { ok: false, errors, values };
}

/** A comparison without a value, or of a text as a number, could never hold. */
function comparisonErrors(values: RuleFormValues): FieldError[] {
  return attributeSlots.flatMap((slot) => {
    const field = `value${slot}`;
    const expected = (values[field] ?? '').trim();
    const comparison = values[`operator${slot}`];
    if (!values[`column${slot}`]?.trim() || comparison === 'missing') return [];
    if (expected === '') return [{ field, message: 'Enter the value to compare the column with.' }];
    if ((comparison === 'below' || comparison === 'above') && typedNumber(expected) === null)
      return [{ field, message: 'Enter a number: “is below” and “is above” compare numbers.' }];
    return [];
  });
}

function toRule(form: z.infer<typeof RuleForm>): NewRule {
  const { action, why, cost, saveRate, position, minMonthlyValue, reason } = form;
  const attributes = [
    { column: form.column0, operator: form.operator0, value: form.value0 },
    { column: form.column1, operator: form.operator1, value: form.value1 },
    { column: form.column2, operator: form.operator2, value: form.value2 },
  ];
  const conditions: Conditions = {
    riskLevels: riskLevels.filter((level) => form[level] === 'yes'),
    minMonthlyValue,
    reason,
    attributes: attributes.filter((condition) => condition.column !== '').map(withPlainNumber),
  };
  const enabled = form.enabled === 'yes';
  // Whoever saves a rule has reviewed it.
  return { action, why, cost, saveRate, position, enabled, conditions, isExample: false };
}

/** '1,234' can be read in two ways. The rule stores the number that was read, so that the form shows it. */
function withPlainNumber(condition: AttributeCondition): AttributeCondition {
  const { operator: comparison, value: expected } = condition;
  return comparison === 'below' || comparison === 'above'
    ? { ...condition, value: String(typedNumber(expected) ?? expected) }
    : condition;
}

export function toFormValues(rule: RetentionRule): RuleFormValues {
  const { conditions } = rule;
  const values: Record<string, string> = {
    action: rule.action,
    why: rule.why,
    cost: String(rule.cost),
    saveRate: typedPercent(rule.saveRate),
    position: String(rule.position),
    minMonthlyValue: conditions.minMonthlyValue === null ? '' : String(conditions.minMonthlyValue),
    reason: conditions.reason ?? '',
  };
  if (rule.enabled) values['enabled'] = 'yes';
  for (const level of conditions.riskLevels) values[level] = 'yes';
  conditions.attributes.forEach((attribute, slot) => {
    values[`column${slot}`] = attribute.column;
    values[`operator${slot}`] = attribute.operator;
    values[`value${slot}`] = attribute.value;
  });
  return values;
}

/** Columns that the rule names and the active model does not have: such a rule matches no customers. */
export function unknownColumns({ conditions }: RetentionRule, model: ModelRecord | undefined): string[] {
  const known = new Set(model?.schema.features.map((feature) => foldName(feature.name)));
  const named = conditions.attributes.map((attribute) => attribute.column);
  if (conditions.reason !== null) named.push(conditions.reason);
  return [...new Set(named.filter((name) => !known.has(foldName(name))))];
}
