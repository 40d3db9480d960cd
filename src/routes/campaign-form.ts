/** The form of a campaign's terms: from its fields to terms, and back. */
import { z } from 'zod';
import { typedPercent } from '../format.ts';
import { limitedText, parseForm } from '../http/validate.ts';
import type { FormResult } from '../http/validate.ts';
import type { RetentionRule } from '../domain/retention/matching.ts';
import type { CampaignTerms } from '../store/campaigns.ts';

const typed = z.string().trim();
const toNumber = (text: string): number => Number(text.replace(',', '.'));

const percent = (message: string) =>
  typed
    .regex(/^\d{1,3}([.,]\d+)?$/, message)
    .transform((text) => toNumber(text) / 100)
    .refine((share) => share > 0 && share <= 1, 'Enter a percentage above 0, up to 100.');

/** Its fields are in the order of the page. */
const TermsForm = z.object({
  name: limitedText(200).min(1, 'Enter a name.'),
  action: limitedText(200).min(1, 'Enter what is done with these customers.'),
  cost: typed
    .regex(/^\d{1,9}([.,]\d{1,2})?$/, 'Enter a cost such as 25 or 12.50. Enter 0 if the action is free.')
    .transform(toNumber),
  saveRate: percent('Enter a percentage such as 15.'),
  smallestSaveRate: percent('Enter a percentage such as 10.'),
  horizonDays: typed
    .regex(/^\d{1,4}$/, 'Enter a number of days such as 90.')
    .transform(Number)
    .refine((days) => days >= 7 && days <= 730, 'Enter a number of days from 7 to 730.'),
});

export type TermsValues = Readonly<Record<string, string>>;

export function readTermsForm(body: unknown): FormResult<CampaignTerms> {
  return parseForm(TermsForm, body);
}

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

export function toTermsValues(terms: CampaignTerms): TermsValues {
  return {
    name: terms.name,
    action: terms.action,
    cost: String(terms.cost),
    saveRate: typedPercent(terms.saveRate),
    smallestSaveRate: typedPercent(terms.smallestSaveRate),
    horizonDays: String(terms.horizonDays),
  };
}
