/** Adding a user from the command line, where nobody is signed in. */
import { z } from 'zod';
import type { Config } from '../../config.ts';
import { AppError, Conflict } from '../../errors.ts';
import { withInstallation } from '../installation.ts';
import { choosePassword, inviteUser, isSetUp } from './accounts.ts';
import { passwordProblem } from './passwords.ts';
import type { Role } from './permissions.ts';

export interface NewPerson {
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  /** null: a one-time link lets them choose one. */
  readonly password: string | null;
}

export interface AddedUser {
  readonly id: number;
  readonly email: string;
  readonly role: Role;
  /** null: the password was given. */
  readonly link: string | null;
}

const Email = z.email();

/** @throws AppError where the person cannot be added as given */
export function addUser(config: Config, { password, ...person }: NewPerson): Promise<AddedUser> {
  const email = person.email.trim().toLowerCase();
  if (!Email.safeParse(email).success) throw refused(`'${person.email}' is no email address.`);
  const problem = password === null ? null : passwordProblem(password, [person.name, email]);
  if (problem !== null) throw refused(problem);
  return withInstallation(config, async (db) => {
    if (!(await isSetUp(db)))
      throw new Conflict('Nobody has set this installation up. Start it, and open the link that it prints.');
    const { user, token } = await inviteUser(db, { id: null }, { ...person, email });
    if (password !== null) await choosePassword(db, token, password);
    const link = password === null ? `${addressOf(config)}/password/${token}` : null;
    return { id: user.id, email, role: user.role, link };
  });
}

function refused(message: string): AppError {
  return new AppError(422, 'no-user', message);
}

function addressOf({ publicUrl, host, port }: Config): string {
  return publicUrl ?? `http://${host === '0.0.0.0' ? 'localhost' : host}:${port}`;
}
