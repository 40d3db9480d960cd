/** Erasing a customer from an installation that may not be running: opens its database itself. */
import { existsSync } from 'node:fs';
import type { Config } from '../../config.ts';
import type { Logger } from '../../context.ts';
import { checkDatabase, databaseFile, forgetDeleted, migrate, openDatabase } from '../../db.ts';
import { AppError } from '../../errors.ts';
import { convertEarlierScores } from '../batches/earlier-scores.ts';
import { eraseEverywhere } from './erasure.ts';
import type { Erasure } from './erasure.ts';

const nothing = (): void => undefined;
/** Standard output holds the result. */
const silent: Logger = { info: nothing, warn: nothing, error: nothing };

/** @throws AppError 422 where there is no database; Conflict while a file is checked or scored */
export async function eraseFromInstallation(config: Config, customerId: string): Promise<Erasure> {
  const path = databaseFile(config.databaseUrl);
  if (path !== null && !existsSync(path))
    throw new AppError(
      422,
      'no-database',
      `There is no database '${path}'. Run this where Holdfast is started, with the same settings.`,
    );
  const db = openDatabase(config.databaseUrl);
  try {
    await checkDatabase(db, config.databaseUrl);
    await migrate(db);
    await convertEarlierScores({ db, config, log: silent });
    const erasure = await eraseEverywhere({ db, folder: config.uploadsDir }, customerId);
    await forgetDeleted(db);
    return erasure;
  } finally {
    await db.destroy();
  }
}
