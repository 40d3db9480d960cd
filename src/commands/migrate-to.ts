/** holdfast migrate-to: copies the database of this installation to PostgreSQL. */
import { config as readDotenv } from 'dotenv';
import { readConfig } from '../config.ts';
import { moveInstallation } from '../domain/moving/moving.ts';
import type { Options } from './options.ts';
import { printJson } from './output.ts';

export async function migrateTo(options: Options, target: string): Promise<void> {
  readDotenv({ quiet: true });
  const counts: Record<string, number> = {};
  await moveInstallation(readConfig(process.env), target, ({ table, rows }) => {
    counts[table] = rows;
    if (!options.json) process.stdout.write(`${table}: ${rows}\n`);
  });
  if (options.json) printJson(counts);
  else process.stdout.write(`${words}\n`);
}

const words =
  'Every row was copied and compared. Set DATABASE_URL to the new database and start Holdfast; the folders stay as they are.';
