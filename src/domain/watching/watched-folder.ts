/** The watched folder: files that are put there are scored by themselves. */
import { randomUUID } from 'node:crypto';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { getSettings, saveSettings } from '../../store/settings.ts';
import { listUnmoved } from '../../store/watched-files.ts';
import { createCompleteness, listFiles } from './folder.ts';
import type { FoundFile } from './folder.ts';
import { moveEnded } from './leaving.ts';
import { takeFile } from './taking.ts';
import type { WatchEnv } from './taking.ts';

/** How long the process that looked last is the one that looks; another takes over then. */
const leaseMs = 60_000;

/** One look, to be repeated: a file is taken by the second one that finds it unchanged. */
export function createWatch(env: WatchEnv): () => Promise<void> {
  const { db, config } = env;
  const complete = createCompleteness();
  const owner = randomUUID();
  return async () => {
    const { folder } = config.watch;
    if (folder === null || !(await claim(db, owner))) return;
    const problem = await problemOf(() => look(env, folder, complete));
    const { watching } = await getSettings(db);
    if (watching.problem !== problem) await saveSettings(db, { watching: { ...watching, problem } });
  };
}

async function look(
  env: WatchEnv,
  folder: string,
  complete: (files: readonly FoundFile[]) => FoundFile[],
): Promise<void> {
  const recorded = new Set((await listUnmoved(env.db)).map(({ name, stamp }) => `${stamp} ${name}`));
  const files = complete(await listFiles(folder, env.config.maxUploadBytes));
  const fresh = files.filter(({ name, stamp }) => !recorded.has(`${stamp} ${name}`));
  for (const file of fresh) await takeFile(env, folder, file);
  await moveEnded(env, folder);
}

/** True for one process at a time. Files would be safe without; their results could be written twice. */
async function claim(db: Db, owner: string): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const { watching } = await getSettings(trx);
    const now = await timeOf(trx);
    if (watching.owner !== owner && watching.until !== null && Date.parse(watching.until) > now) return false;
    const until = new Date(now + leaseMs).toISOString();
    await saveSettings(trx, { watching: { ...watching, owner, until } });
    return true;
  });
}

/** What an administrator can do something about, such as a right that is missing; null: all is well. */
async function problemOf(work: () => Promise<void>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined || path === undefined) throw error;
    return `${path} cannot be used: ${words[code] ?? code}.`;
  }
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  ENOTDIR: 'it is not a folder',
  EACCES: 'the right to read or write it is missing',
  EPERM: 'the right to read or write it is missing',
  EROFS: 'it can only be read',
  EXDEV: 'it is on another disk than the folder of files that are done',
  ENOSPC: 'its disk is full',
};
