/** holdfast user add: somebody who may sign in. */
import { text as readText } from 'node:stream/consumers';
import { config as readDotenv } from 'dotenv';
import { readConfig } from '../config.ts';
import { addUser } from '../domain/people/adding.ts';
import { roles } from '../domain/people/permissions.ts';
import { UsageError } from './options.ts';
import type { Options } from './options.ts';
import { printJson } from './output.ts';

export async function userAdd(options: Options, email: string): Promise<void> {
  const role = roles.find((one) => one === (options.role ?? 'viewer'));
  if (!role) throw new UsageError(`--role must be one of ${roles.join(', ')}, found '${options.role}'`);
  const name = options.name ?? email.replace(/@.*/, '');
  const password = options['password-stdin'] ? firstLineOf(await readText(process.stdin)) : null;
  readDotenv({ quiet: true });
  const user = await addUser(readConfig(process.env), { email, name, role, password });
  if (options.json) printJson(user);
  else
    process.stdout.write(
      user.link === null
        ? `${user.email} can sign in as ${user.role}.\n`
        : `${user.email} is added as ${user.role}. This link, which works once, lets them choose a password: ${user.link}\n`,
    );
}

function firstLineOf(input: string): string {
  return input.split(/\r?\n/, 1)[0]!;
}
