/** The fields that describe a person; set-up, invitation and account share them. */
import { z } from 'zod';

export const nameField = z
  .string()
  .trim()
  .min(1, 'Enter a name.')
  .max(200, 'Use at most 200 characters.')
  .regex(/^\P{Cc}*$/u, 'Use letters and signs that can be seen.');

export const emailField = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, 'This e-mail address is too long.')
  .pipe(z.email('Enter an e-mail address such as name@example.com.'));
