/** Moving an installation's files from its folders to a store that machines share. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { getBatch, listAllBatchIds, listBatchFiles } from '../../store/batches.ts';
import { listDatasetFiles } from '../../store/datasets.ts';
import { openSharedFiles } from '../../store/files/open-files.ts';
import type { SharedFiles } from '../../store/files/shared-files.ts';
import { listModelFiles } from '../../store/models.ts';
import { isShareable } from '../batches/files.ts';
import { withInstallation } from '../installation.ts';
import type { FilesEnv } from './kept.ts';
import { claimStore } from './owner.ts';

type Folders = Pick<Config, 'dataDir' | 'modelsDir' | 'uploadsDir'>;

export interface MovedFiles {
  /** Files that the store has now, those of earlier runs included. */
  readonly files: number;
  readonly bytes: number;
  /** Of these, how many this run copied. */
  readonly copied: number;
  readonly address: string;
}

/**
 * Copies every file that the database refers to, and reads each back. A run that was ended goes on where it was. The
 * folders stay as they are: they are the first copies. The settings have the store already.
 * @throws Conflict while a file is checked or scored; FilesUnavailable; Error for the store of another installation
 */
export function moveFiles(config: Config): Promise<MovedFiles> {
  const files = openSharedFiles(config)!;
  return withInstallation(config, async (db) => {
    await requireIdle(db);
    await claimStore(db, files);
    const unstored = await listUnstored({ db, config }, files);
    for (const path of unstored) await moveFile(db, files, path, join(config.dataDir, randomUUID()));
    return { ...(await files.count(db)), copied: unstored.length, address: files.address };
  });
}

async function requireIdle(db: Db): Promise<void> {
  for (const id of await listAllBatchIds(db)) {
    const { state, originalName } = await getBatch(db, id);
    if (state === 'checking' || state === 'scoring')
      throw new Conflict(
        `${originalName} is being checked or scored. Wait for it, stop Holdfast, and try again.`,
      );
  }
}

/** What was stored is compared with what came back, and noted only then. */
async function moveFile(db: Db, files: SharedFiles, path: string, copy: string): Promise<void> {
  const stored = await files.put(db, [{ path }]);
  try {
    await stored.check(copy);
  } finally {
    await rm(copy, { force: true });
  }
  await inTransaction(db, (trx) => stored.note(trx));
}

/** Files that are in the folders, and that the database refers to, but that are not in the store. */
export async function listUnstored({ db, config }: FilesEnv, files: SharedFiles): Promise<string[]> {
  const unstored: string[] = [];
  for (const path of await listReferred(db, config))
    if (existsSync(path) && !(await files.isStored(db, path))) unstored.push(path);
  return unstored;
}

/** Paths of the files in the folders that the database refers to; of models and datasets also those that are not there. */
export async function listReferred(db: Db, { dataDir, modelsDir, uploadsDir }: Folders): Promise<string[]> {
  const uploads = new Set(await listBatchFiles(db));
  const names = await readdir(uploadsDir);
  const datasets = await listDatasetFiles(db);
  return [
    ...(await listModelFiles(db)).map((file) => join(modelsDir, file)),
    ...names.filter((name) => isShareable(name, uploads)).map((name) => join(uploadsDir, name)),
    ...[...datasets, ...datasets.map((file) => `${file}.current`)].map((file) => join(dataDir, file)),
  ];
}
