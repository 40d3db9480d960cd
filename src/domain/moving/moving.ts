/** Moves an installation from SQLite to PostgreSQL: its database is copied and compared; its files stay as they are. */
import { existsSync } from 'node:fs';
import type { Config } from '../../config.ts';
import type { Logger } from '../../context.ts';
import { checkDatabase, databaseFile, inTransaction, migrate, openDatabase } from '../../db.ts';
import type { Db } from '../../db.ts';
import { AppError, Conflict } from '../../errors.ts';
import { continueNumbers, copyTables, findDifference } from '../../store/copy.ts';
import type { Copied } from '../../store/copy.ts';
import { beginCopy, endCopy } from '../../store/copy-mark.ts';
import { listRunningJobs } from '../../store/job-leases.ts';
import { convertEarlierScores } from '../batches/earlier-scores.ts';

const nothing = (): void => undefined;
/** Standard output holds the progress. */
const silent: Logger = { info: nothing, warn: nothing, error: nothing };

/**
 * Can be repeated after it was cut off. `copied` hears of each table.
 * @throws AppError where there is nothing to move, a process still works on it, or the target holds something else
 */
export async function moveInstallation(
  config: Config,
  target: string,
  copied: (table: Copied) => void,
): Promise<void> {
  const [from, to] = openBoth(config, target);
  try {
    await checkDatabase(from, config.databaseUrl);
    await checkDatabase(to, target);
    if ((await migrate(from)).length > 0)
      throw new Conflict(
        'The database was changed by a later version of Holdfast. Run this with that version.',
      );
    await convertEarlierScores({ db: from, config, log: silent });
    await migrate(to);
    // Nobody can write to what is copied meanwhile.
    await inTransaction(from, (trx) => copyAll(trx, to, copied));
  } finally {
    await from.destroy();
    await to.destroy();
  }
}

function openBoth({ databaseUrl }: Config, target: string): [Db, Db] {
  const path = databaseFile(databaseUrl);
  if (path === null)
    throw new AppError(
      422,
      'no-sqlite',
      'This installation does not use SQLite. Set DATABASE_URL to what is to be moved.',
    );
  if (!existsSync(path))
    throw new AppError(
      422,
      'no-database',
      `There is no database '${path}'. Run this where Holdfast is started, with the same settings.`,
    );
  if (databaseFile(target) !== null || !/^postgres(ql)?:\/\//.test(target))
    throw new AppError(422, 'no-target', 'Name the new database as postgres://USER:PASSWORD@HOST/DATABASE.');
  return [openDatabase(databaseUrl), openDatabase(target)];
}

async function copyAll(from: Db, to: Db, copied: (table: Copied) => void): Promise<void> {
  if ((await listRunningJobs(from)).length > 0)
    throw new Conflict(
      'A job is running. Stop every process of Holdfast, and run this again after ten seconds.',
    );
  await inTransaction(to, beginCopy);
  await copyTables(from, to, copied);
  const difference = await findDifference(from, to);
  if (difference !== null)
    throw new Conflict(
      `The copy is not the same (${difference}). Create an empty database, and run this again with it.`,
    );
  await continueNumbers(from, to);
  await endCopy(to);
}
