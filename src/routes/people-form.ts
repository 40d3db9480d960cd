/** The fields of a user, shared by set-up, invitations and the account page. */
import { z } from 'zod';
import { passwordProblem } from '../domain/people/passwords.ts';
import type { FieldError } from '../errors.ts';

export const nameField = z
  .string()
  .trim()
  .min(1, 'Enter a name.')
  .max(200, 'Use at most 200 characters.')
  .regex(/^\P{Cc}*$/u, 'Use visible characters only.');

export const emailField = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, 'Use at most 254 characters.')
  .pipe(z.email('Enter an email address such as name@example.com.'));

const NewPassword = z.object({ password: z.string().catch(''), repeated: z.string().optional().catch('') });

/** Errors of a new password for `parseForm`, which reports them with the errors of the other fields. */
export function newPasswordErrors(
  body: unknown,
  personal: readonly string[],
  minLength?: number,
): FieldError[] {
  const { password, repeated = password } = NewPassword.parse(body ?? {});
  const problem = passwordProblem(password, personal, minLength);
  return [
    ...(problem === null ? [] : [{ field: 'password', message: problem }]),
    ...(repeated === password ? [] : [{ field: 'repeated', message: 'The passwords do not match.' }]),
  ];
}
