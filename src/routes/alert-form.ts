/** The form of when to raise alerts. */
import { z } from 'zod';
import { typedPercent } from '../format.ts';
import type { AlertTerms } from '../store/settings.ts';

/** A percentage as a share, in (0, 1]; blank: off. */
const risePercent = z
  .string()
  .trim()
  .regex(/^(\d{1,3}([.,]\d{1,2})?)?$/, 'Enter a percentage such as 10, or leave the field blank.')
  .transform((text) => (text === '' ? null : Number(text.replace(',', '.')) / 100))
  .refine(
    (share) => share === null || (share > 0 && share <= 1),
    'Enter a percentage above 0 and up to 100.',
  );

const mostDays = 3_650;
/** Blank: off. */
const ageInDays = z
  .string()
  .trim()
  .regex(/^\d{0,4}$/, 'Enter a whole number of days, or leave the field blank.')
  .transform((text) => (text === '' ? null : Number(text)))
  .refine(
    (days) => days === null || (days >= 1 && days <= mostDays),
    `Enter 1 to ${mostDays.toLocaleString('en-GB')} days.`,
  );
const box = z
  .literal('yes')
  .optional()
  .transform((value) => value === 'yes');

export const AlertForm = z.object({
  perWeek: z.coerce
    .number('Enter a number, such as 5.')
    .int('Enter a whole number.')
    .min(0, 'Enter 0 or more.')
    .max(100, 'Enter at most 100.'),
  lossUpBy: risePercent,
  highRiskUpBy: risePercent,
  modelDays: ageInDays,
  dataDays: ageInDays,
  drift: box,
  failedRuns: box,
  campaigns: box,
});

/** As they are typed. */
export function toAlertFields(terms: AlertTerms): Record<string, string> {
  const { lossUpBy, highRiskUpBy, modelDays, dataDays } = terms;
  return {
    perWeek: String(terms.perWeek),
    lossUpBy: lossUpBy === null ? '' : typedPercent(lossUpBy),
    highRiskUpBy: highRiskUpBy === null ? '' : typedPercent(highRiskUpBy),
    modelDays: String(modelDays ?? ''),
    dataDays: String(dataDays ?? ''),
    drift: terms.drift ? 'yes' : '',
    failedRuns: terms.failedRuns ? 'yes' : '',
    campaigns: terms.campaigns ? 'yes' : '',
  };
}
