/** The form of a campaign's terms: from its fields to terms, and back. */
import { z } from 'zod';
import { typedPercent } from '../format.ts';
import type { FieldError } from '../errors.ts';
import { limitedText, parseForm, textValues } from '../http/validate.ts';
import type { FormResult } from '../http/validate.ts';
import type { RetentionRule } from '../domain/retention/matching.ts';
import { moreSlots } from '../presenters/campaign.ts';
import type { CampaignArm, CampaignTerms } from '../store/campaigns.ts';

const typed = z.string().trim();
const toNumber = (text: string): number => Number(text.replace(',', '.'));

const percent = (message: string) =>
  typed
    .regex(/^\d{1,3}([.,]\d+)?$/, message)
    .transform((text) => toNumber(text) / 100)
    .refine((share) => share > 0 && share <= 1, 'Enter a percentage above 0, up to 100.');

const ArmForm = z.object({
  action: limitedText(200).min(1, 'Enter what is done with these customers.'),
  cost: typed
    .regex(/^\d{1,9}([.,]\d{1,2})?$/, 'Enter a cost such as 25 or 12.50. Enter 0 if the action is free.')
    .transform(toNumber),
  saveRate: percent('Enter a percentage such as 15.'),
});

/** Of the form of a plan's campaign: its actions are those of the plan. */
const PlanTermsForm = z.object({
  name: limitedText(200).min(1, 'Enter a name.'),
  smallestSaveRate: percent('Enter a percentage such as 10.'),
  horizonDays: typed
    .regex(/^\d{1,4}$/, 'Enter a number of days such as 90.')
    .transform(Number)
    .refine((days) => days >= 7 && days <= 730, 'Enter a number of days from 7 to 730.'),
});

/** Its fields are in the order of the page. */
const TermsForm = z.object({
  name: PlanTermsForm.shape.name,
  ...ArmForm.shape,
  smallestSaveRate: PlanTermsForm.shape.smallestSaveRate,
  horizonDays: PlanTermsForm.shape.horizonDays,
});

export type TermsValues = Readonly<Record<string, string>>;

/** `plan`: a campaign whose actions are those of a plan. */
export function readTermsForm(body: unknown, plan?: CampaignTerms): FormResult<CampaignTerms> {
  if (plan) {
    const form = parseForm(PlanTermsForm, body);
    return form.ok ? { ok: true, data: { ...plan, ...form.data } } : form;
  }
  const more = readMoreArms(textValues(body));
  const form = parseForm(TermsForm, body, more.errors);
  return form.ok ? { ok: true, data: { ...form.data, moreArms: more.arms } } : form;
}

/** Actions whose fields are all blank are none. */
function readMoreArms(values: TermsValues) {
  const arms: CampaignArm[] = [];
  const errors: FieldError[] = [];
  for (const slot of moreSlots) {
    const typedArm = Object.fromEntries(armFields.map((field) => [field, values[`${field}${slot}`] ?? '']));
    if (Object.values(typedArm).every((text) => text.trim() === '')) continue;
    const form = parseForm(ArmForm, typedArm);
    if (form.ok) arms.push(form.data);
    else errors.push(...form.errors.map((error) => ({ ...error, field: `${error.field}${slot}` })));
  }
  return { arms, errors };
}

const armFields = Object.keys(ArmForm.shape);

export const usualTerms: TermsValues = { horizonDays: '90' };

export function termsOfRule({ action, cost, saveRate }: RetentionRule): TermsValues {
  return {
    ...usualTerms,
    action,
    cost: String(cost),
    saveRate: typedPercent(saveRate),
    smallestSaveRate: typedPercent(saveRate),
  };
}

/** Without what the program keeps of a campaign. */
export function termsOf(campaign: CampaignTerms): CampaignTerms {
  const { name, action, cost, saveRate, moreArms, smallestSaveRate, horizonDays } = campaign;
  return { name, action, cost, saveRate, moreArms, smallestSaveRate, horizonDays };
}

export function toTermsValues(terms: CampaignTerms): TermsValues {
  return {
    name: terms.name,
    ...armValues(terms, ''),
    ...Object.fromEntries(
      terms.moreArms.flatMap((arm, i) => Object.entries(armValues(arm, String(moreSlots[i] ?? '')))),
    ),
    smallestSaveRate: typedPercent(terms.smallestSaveRate),
    horizonDays: String(terms.horizonDays),
  };
}

function armValues({ action, cost, saveRate }: CampaignArm, slot: string): TermsValues {
  return {
    [`action${slot}`]: action,
    [`cost${slot}`]: String(cost),
    [`saveRate${slot}`]: typedPercent(saveRate),
  };
}
