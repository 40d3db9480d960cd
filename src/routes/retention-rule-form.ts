/** The form of a retention rule: from its fields to a rule, and back. */
import { z } from 'zod';
import type { Db } from '../db.ts';
import { isDay } from '../domain/campaigns/days.ts';
import type { ConditionField, FieldPart, TypedFields } from '../domain/retention/conditions/kind.ts';
import {
  conditionFields,
  conditionProblems,
  conditionsFromForm,
  conditionsToForm,
} from '../domain/retention/conditions/kinds.ts';
import { withSegment } from '../domain/retention/segments.ts';
import { typedNumber } from '../domain/scoring/cell-values.ts';
import { Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { typedPercent } from '../format.ts';
import { inPageOrder } from '../http/page-order.ts';
import { limitedText, parseForm, textValues } from '../http/validate.ts';
import type { FormResult } from '../http/validate.ts';
import type { NewRule } from '../store/retention-rules.ts';
import type { Conditions } from '../store/rule-conditions.ts';
import { operators } from '../store/rule-operators.ts';

const checkbox = z.enum(['yes']).optional();
const text = z.string().trim();
const toNumber = (typed: string): number => Number(typed.replace(',', '.'));
const day = text
  .refine((typed) => typed === '' || isDay(typed), 'Enter a date such as 2026-11-20, or leave blank.')
  .transform((typed) => typed || null);

/** A condition that is left blank matches any customer. */
const blankOrAmount = text.regex(
  /^(\d{1,9}([.,]\d{1,2})?)?$/,
  'Enter an amount such as 25 or 12.50, or leave blank to match any.',
);
const blankOrDays = text
  .regex(/^\d{0,4}$/, 'Enter a number of days such as 30, or leave blank.')
  .refine(
    (typed) => typed === '' || (Number(typed) >= 1 && Number(typed) <= 3_650),
    'Enter a number of days from 1 to 3,650, or leave blank.',
  );
const line = limitedText(200);
const comparison = z.enum(operators, 'Choose a comparison.');

function shapeOf(field: ConditionField): Readonly<Record<string, z.ZodType>> {
  switch (field.control) {
    case 'checks':
      return Object.fromEntries(field.names.map((name) => [name, checkbox]));
    case 'amount':
      return { [field.name]: blankOrAmount };
    case 'column':
      return { [field.name]: line };
    case 'segment':
      return { [field.name]: text.regex(/^\d{0,9}$/, 'Choose a segment of the list.').default('') };
    case 'comparison':
      return { [field.column]: line, [field.operator]: comparison, [field.value]: line };
    case 'group':
      return Object.fromEntries(field.parts.map((part) => [part.name, partShape(part)]));
  }
}

function partShape(part: FieldPart): z.ZodType {
  switch (part.control) {
    case 'days':
      return blankOrDays;
    case 'action':
      return limitedText(210);
    case 'choice':
      return z.enum(
        part.options.map(({ value }) => value),
        'Choose one of the list.',
      );
  }
}

const ConditionsForm = z.object(
  Object.fromEntries(conditionFields.flatMap(({ field }) => Object.entries(shapeOf(field)))),
);

/** Its fields are in the order of the page. */
const ActionForm = z.object({
  action: limitedText(200).min(1, 'Enter an action.'),
  why: limitedText(500).min(1, 'Enter a reason for the action, in one sentence.'),
  channel: limitedText(40),
  message: limitedText(1_000),
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
  validFrom: day,
  validTo: day,
  enabled: checkbox,
});

const pageOrder = [...Object.keys(ConditionsForm.shape), ...Object.keys(ActionForm.shape)];

/** The rule that a submitted form describes, its segment in full, or every error in it. */
export async function readRuleForm(db: Db, body: unknown): Promise<FormResult<NewRule>> {
  const form = readFields(body);
  if (!form.ok) return form;
  try {
    return { ok: true, data: await withSegment(db, form.data) };
  } catch (error) {
    if (!(error instanceof Unprocessable)) throw error;
    return { ok: false, errors: error.errors, values: textValues(body) };
  }
}

function readFields(body: unknown): FormResult<NewRule> {
  const values = textValues(body);
  const conditions = parseForm(ConditionsForm, body, [
    ...comparisonErrors(values),
    ...conditionProblems(trimmed(values)),
  ]);
  const action = parseForm(ActionForm, body, validityErrors(values));
  if (conditions.ok && action.ok)
    return { ok: true, data: toRule(conditionsFromForm(trimmed(values)), action.data) };
  const errors = [conditions, action].flatMap((form) => (form.ok ? [] : form.errors));
  return { ok: false, errors: inPageOrder(errors, pageOrder), values };
}

/** A comparison without a value, or of a text as a number, could never hold. */
function comparisonErrors(values: TypedFields): FieldError[] {
  return conditionFields.flatMap(({ field }) => {
    if (field.control !== 'comparison') return [];
    const expected = (values[field.value] ?? '').trim();
    const operator = values[field.operator];
    if (!values[field.column]?.trim() || operator === 'missing') return [];
    if (expected === '')
      return [{ field: field.value, message: 'Enter the value to compare the column with.' }];
    if ((operator === 'below' || operator === 'above') && typedNumber(expected) === null)
      return [{ field: field.value, message: 'Enter a number: “is below” and “is above” compare numbers.' }];
    return [];
  });
}

function validityErrors({ validFrom = '', validTo = '' }: TypedFields): FieldError[] {
  return validFrom !== '' && validTo !== '' && validTo < validFrom
    ? [{ field: 'validTo', message: 'Enter a last day that is not before the first one.' }]
    : [];
}

function trimmed(values: TypedFields): TypedFields {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.trim()]));
}

function toRule(conditions: Conditions, form: z.infer<typeof ActionForm>): NewRule {
  // Whoever saves a rule has reviewed it.
  return { ...form, enabled: form.enabled === 'yes', conditions, isExample: false };
}

export function toFormValues(rule: NewRule): TypedFields {
  return {
    ...conditionsToForm(rule.conditions),
    action: rule.action,
    why: rule.why,
    channel: rule.channel,
    message: rule.message,
    cost: String(rule.cost),
    saveRate: typedPercent(rule.saveRate),
    position: String(rule.position),
    validFrom: rule.validFrom ?? '',
    validTo: rule.validTo ?? '',
    ...(rule.enabled ? { enabled: 'yes' } : {}),
  };
}
