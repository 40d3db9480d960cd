/**
 * Gives the room back that converted scores leave in the database, before the server listens: nobody waits for it then.
 * It finds nothing to do at the next start.
 */
import { dirname } from 'node:path';
import type { Context } from '../../context.ts';
import { databaseFile } from '../../db.ts';
import type { Db } from '../../db.ts';
import { errorFields } from '../../errors.ts';
import { freeBytes } from './disk-space.ts';

/** Less is used again soon. */
const worthwhileBytes = 64 * 2 ** 20;

type Env = Pick<Context, 'db' | 'config' | 'log'>;

/** Does nothing unless so many bytes are free, and at least a third of the file. A failure is logged: it is not needed. */
export async function compactDatabase({ db, config, log }: Env, fewest = worthwhileBytes): Promise<void> {
  const file = databaseFile(config.databaseUrl);
  // PostgreSQL does this by itself.
  if (file === null) return;
  const { free, used } = await sizesOf(db);
  if (free < fewest || free < used / 2) return;
  // What is used is written twice: into a temporary file, and from there through the log.
  if ((await freeBytes(dirname(file))) < 3 * used) {
    log.warn(
      { free, used },
      'The database could be smaller, but the disk has too little space to make it so',
    );
    return;
  }
  log.info({ free, used }, 'Making the database smaller');
  try {
    await db.raw('VACUUM');
    await db.raw('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch (error) {
    log.warn(errorFields(error), 'The database could not be made smaller; the next start tries again');
  }
}

/** In bytes. */
async function sizesOf(db: Db): Promise<{ readonly free: number; readonly used: number }> {
  const pragma = async (name: string): Promise<number> => {
    const rows = await db.raw<readonly Readonly<Record<string, number>>[]>(`PRAGMA ${name}`);
    return rows[0]?.[name] ?? 0;
  };
  const size = await pragma('page_size');
  const free = await pragma('freelist_count');
  return { free: free * size, used: ((await pragma('page_count')) - free) * size };
}
