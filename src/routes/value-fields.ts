/** The fields of forms that say what a customer is worth. */
import { z } from 'zod';
import type { ValueTerms } from '../domain/retention/expected-value.ts';
import { typedPercent } from '../format.ts';

/** A percentage, as a share above 0 and up to 1. */
export const marginField = z
  .string()
  .trim()
  .regex(/^\d{1,3}([.,]\d{1,2})?$/, 'Enter a percentage such as 40.')
  .transform((typed) => Number(typed.replace(',', '.')) / 100)
  .refine((margin) => margin > 0 && margin <= 1, 'Enter a percentage above 0 and up to 100.');

/** As they are typed. */
export function toValueFields({ valueMonths, valueMargin }: ValueTerms): Record<keyof ValueTerms, string> {
  return { valueMonths: String(valueMonths), valueMargin: typedPercent(valueMargin) };
}
