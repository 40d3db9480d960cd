/** The files of an installation, as its settings say where they are. */
import type { Config } from '../../config.ts';
import { localFiles } from './files.ts';
import type { Files } from './files.ts';
import { openFolderObjects } from './folder-objects.ts';
import { openS3Objects } from './s3-objects.ts';
import { createSharedFiles } from './shared-files.ts';
import type { SharedFiles } from './shared-files.ts';

type FileConfig = Pick<Config, 'fileStore' | 'uploadsDir' | 'modelsDir' | 'dataDir'>;

/** One for each store and folders, in a thread: it keeps connections, and knows what is here. */
const opened = new Map<string, SharedFiles>();

export function openFiles(config: FileConfig): Files {
  return openSharedFiles(config) ?? localFiles;
}

/** null: there are only the folders. */
export function openSharedFiles(config: FileConfig): SharedFiles | null {
  const { fileStore, uploadsDir: uploads, modelsDir: models, dataDir: data } = config;
  if (fileStore === null) return null;
  // The data folder may hold the others.
  const folders = { uploads, models, data };
  const key = JSON.stringify([fileStore, folders]);
  let files = opened.get(key);
  if (!files) {
    const objects = fileStore.kind === 's3' ? openS3Objects(fileStore) : openFolderObjects(fileStore.folder);
    opened.set(key, (files = createSharedFiles(objects, folders)));
  }
  return files;
}
