/** Commands that work on an installation that may not be running: they open its database themselves. */
import { existsSync } from 'node:fs';
import type { Config } from '../config.ts';
import { checkDatabase, databaseFile, migrate, openDatabase } from '../db.ts';
import type { Db } from '../db.ts';
import { AppError } from '../errors.ts';

/** @throws AppError 422 where there is no database */
export function requireDatabase({ databaseUrl }: Config): void {
  const path = databaseFile(databaseUrl);
  if (path !== null && !existsSync(path))
    throw new AppError(
      422,
      'no-database',
      `There is no database '${path}'. Run this where Holdfast is started, with the same settings.`,
    );
}

/** @throws AppError 422 where there is no database */
export async function withInstallation<T>(config: Config, work: (db: Db) => Promise<T>): Promise<T> {
  requireDatabase(config);
  const db = openDatabase(config.databaseUrl);
  try {
    await checkDatabase(db, config.databaseUrl);
    await migrate(db);
    return await work(db);
  } finally {
    await db.destroy();
  }
}
