/** Files that pages need at any time are here as soon as somebody asks. One that is lost in the store is noted. */
import type { Config } from '../../config.ts';
import type { Db } from '../../db.ts';
import { ChangedFile } from '../../errors.ts';
import { openSharedFiles } from '../../store/files/open-files.ts';
import { noteLostFile } from '../../store/score-files/damage.ts';
import { claimStore } from './owner.ts';

export interface FilesEnv {
  readonly db: Db;
  readonly config: Config;
}

/** Gives what the store lost or changed, in words; nothing where files are not shared. @throws FilesUnavailable */
export async function bringKept({ db, config }: FilesEnv): Promise<readonly string[]> {
  const problems = (await openSharedFiles(config)?.bringKept(db)) ?? [];
  for (const { name, error } of problems) await noteLostFile(db, name, error.problem);
  return problems.map(({ error }) => error.message);
}

/** The same, for somebody who asks how it is: whether the store can be reached although nothing is to be fetched. */
export async function checkFiles(env: FilesEnv): Promise<readonly string[]> {
  const files = openSharedFiles(env.config);
  if (files) await claimStore(env.db, files);
  return bringKept(env);
}

/** Call where a copy turned out to be missing or damaged. @throws FilesUnavailable */
export async function renewFile({ db, config }: FilesEnv, name: string): Promise<void> {
  try {
    await openSharedFiles(config)?.renew(db, name);
  } catch (error) {
    if (!(error instanceof ChangedFile)) throw error;
    await noteLostFile(db, name, error.problem);
  }
}
