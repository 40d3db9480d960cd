/** The fields of the organisation, shared by set-up and settings. */
import { z } from 'zod';
import { currencies, timeZones } from '../domain/organisation/locale.ts';

export const organisationFields = {
  organisation: z
    .string()
    .trim()
    .min(1, 'Enter the name of your organisation.')
    .max(200, 'Use at most 200 characters.'),
  currency: z.string().refine((code) => currencies.includes(code), 'Choose a currency from the list.'),
  timeZone: z.string().refine((zone) => timeZones.includes(zone), 'Choose a time zone from the list.'),
};
