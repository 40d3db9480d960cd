/** The form of a plan: from its fields to terms, and back. */
import { z } from 'zod';
import { channelsOf } from '../domain/plans/plan-actions.ts';
import type { PlanAction } from '../domain/plans/plan-actions.ts';
import { mostActions } from '../domain/plans/eligibility.ts';
import type { FieldError } from '../errors.ts';
import type { ValueTerms } from '../domain/retention/expected-value.ts';
import { limitedText, parseForm, textValues } from '../http/validate.ts';
import type { FormResult } from '../http/validate.ts';
import { capacityField, useField } from '../presenters/plan-form.ts';
import type { PlanTerms } from '../store/plan-documents.ts';
import { marginField, toValueFields } from './value-fields.ts';

const typed = z.string().trim();
const toNumber = (text: string): number => Number(text.replace(',', '.'));

const fields = {
  name: limitedText(200).min(1, 'Enter a name.'),
  budget: typed
    .regex(/^\d{1,12}([.,]\d{1,2})?$/, 'Enter an amount such as 5000, without a sign.')
    .transform(toNumber)
    .refine((budget) => budget > 0, 'Enter a budget above 0, such as 5000.'),
  valueMonths: typed
    .regex(/^\d{1,3}$/, 'Enter a number of months such as 12.')
    .transform(Number)
    .refine((months) => months >= 1 && months <= 120, 'Enter a number of months from 1 to 120.'),
  valueMargin: marginField,
};
const checkbox = z.enum(['yes']).optional();
const capacity = typed
  .regex(/^\d{0,7}$/, 'Enter a number of customers such as 500, or leave it blank.')
  .transform((text) => (text === '' ? null : Number(text)))
  .default(null);

export interface PlanForm {
  readonly name: string;
  readonly terms: PlanTerms;
}

/** `actions`: those of the page. */
export function readPlanForm(body: unknown, actions: readonly PlanAction[]): FormResult<PlanForm> {
  const channels = channelsOf(actions);
  const schema = z.object({
    ...fields,
    ...Object.fromEntries(actions.map(({ rule }) => [useField(rule.id), checkbox])),
    ...Object.fromEntries(channels.map((channel) => [capacityField(channel), capacity])),
  });
  const values = textValues(body);
  const form = parseForm(schema, body, chosenErrors(actions, values));
  if (!form.ok) return form;
  const data = form.data as Readonly<Record<string, unknown>>;
  return {
    ok: true,
    data: {
      name: form.data.name,
      terms: {
        budget: form.data.budget,
        valueMonths: form.data.valueMonths,
        valueMargin: form.data.valueMargin,
        channels: channels
          .map((channel) => ({
            name: channel.name,
            capacity: data[capacityField(channel)] as number | null,
            ruleIds: channel.actions.map(({ rule }) => rule.id).filter((id) => data[useField(id)] === 'yes'),
          }))
          .filter(({ ruleIds }) => ruleIds.length > 0),
      },
    },
  };
}

function chosenErrors(
  actions: readonly PlanAction[],
  values: Readonly<Record<string, string>>,
): FieldError[] {
  const chosen = actions.filter(({ rule }) => values[useField(rule.id)] === 'yes').length;
  if (chosen === 0) return [{ field: 'actions', message: 'Choose at least one action.' }];
  if (chosen > mostActions) return [{ field: 'actions', message: `Choose at most ${mostActions} actions.` }];
  return [];
}

/** All actions, without a limit. */
export function usualPlan(actions: readonly PlanAction[], worth: ValueTerms): Record<string, string> {
  return {
    ...toValueFields(worth),
    ...Object.fromEntries(actions.map(({ rule }) => [useField(rule.id), 'yes'])),
  };
}

/** To plan again. */
export function toPlanValues(
  { name, terms }: PlanForm,
  actions: readonly PlanAction[],
): Record<string, string> {
  const values: Record<string, string> = {
    name,
    budget: String(terms.budget),
    ...toValueFields(terms),
  };
  for (const { ruleIds } of terms.channels) for (const id of ruleIds) values[useField(id)] = 'yes';
  for (const channel of channelsOf(actions)) {
    const known = terms.channels.find(({ name: other }) => other === channel.name);
    if (known?.capacity != null) values[capacityField(channel)] = String(known.capacity);
  }
  return values;
}
