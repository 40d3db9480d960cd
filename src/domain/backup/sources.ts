/** The files that belong to a database: in the folders of the installation, or in the store behind them. */
import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Config } from '../../config.ts';
import type { Db } from '../../db.ts';
import { ChangedFile } from '../../errors.ts';
import { listDatasetFiles } from '../../store/datasets.ts';
import { nameIn } from '../../store/files/folders.ts';
import { openSharedFiles } from '../../store/files/open-files.ts';
import type { SharedFiles } from '../../store/files/shared-files.ts';
import { listStored } from '../../store/files/records.ts';
import type { StoredFile } from '../../store/files/records.ts';
import { listModelFiles } from '../../store/models.ts';
import { listReferred } from '../files/moving.ts';

export type Folders = Pick<Config, 'uploadsDir' | 'modelsDir' | 'dataDir'>;

export interface SourceFile {
  /** As in the manifest. */
  readonly name: string;
  /** Differs where the bytes do; null: there is no such file. */
  version(): string | null;
  /** Gives `read` a path to the bytes. False: the file is gone. */
  use(read: (path: string) => Promise<void>): Promise<boolean>;
}

/** Of each folder, by its name in backups. */
export function foldersOf({ uploadsDir, modelsDir, dataDir }: Folders): Readonly<Record<string, string>> {
  // The data folder may hold the others.
  return { uploads: uploadsDir, models: modelsDir, data: dataDir };
}

/** `spare`: a path for one file at a time. */
export async function listSources(db: Db, config: Config, spare: string): Promise<SourceFile[]> {
  const store = openSharedFiles(config);
  if (store) return (await listStored(db)).map((file) => storedSource(store, file, spare));
  const paths = await listReferred(db, config);
  return paths.filter((path) => versionOf(path) !== null).map((path) => localSource(path, config));
}

/** Models and datasets whose file is in none of these. */
export async function listMissing(db: Db, sources: readonly Pick<SourceFile, 'name'>[]): Promise<string[]> {
  const known = new Set(sources.map(({ name }) => name));
  const needed = [
    ...(await listModelFiles(db)).map((file) => `models/${file}`),
    ...(await listDatasetFiles(db)).map((file) => `data/${file}`),
  ];
  return needed.filter((name) => !known.has(name));
}

function localSource(path: string, folders: Folders): SourceFile {
  return {
    name: nameIn(foldersOf(folders), path),
    version: () => versionOf(path),
    use: async (read) => {
      try {
        await read(path);
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
        throw error;
      }
    },
  };
}

function storedSource(store: SharedFiles, file: StoredFile, spare: string): SourceFile {
  return {
    name: file.name,
    // Objects never change.
    version: () => file.key,
    use: async (read) => {
      try {
        await store.copyTo(file, spare);
        await read(spare);
        return true;
      } catch (error) {
        if (error instanceof ChangedFile) return false;
        throw error;
      } finally {
        await rm(spare, { force: true });
      }
    },
  };
}

function versionOf(path: string): string | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found?.isFile() === true ? `${found.size} ${found.mtimeNs}` : null;
}
