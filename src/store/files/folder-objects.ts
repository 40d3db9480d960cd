/** Objects in a folder, which machines may share over the network. */
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FilesUnavailable } from '../../errors.ts';
import { privateFile, privateFolder } from '../../private-files.ts';
import { ChangedObject, hashOfKey, isKey, missing, ownerName, placeOfKey } from './objects.ts';
import type { ObjectStore, StoredObject } from './objects.ts';
import { writeChecked } from './writing.ts';

export function openFolderObjects(folder: string): ObjectStore {
  const pathOf = (key: string): string => join(folder, placeOfKey(key));
  return {
    address: folder,
    put: (key, path) =>
      orUnavailable(folder, async () => {
        await mkdir(dirname(pathOf(key)), { recursive: true, mode: privateFolder });
        await writeChecked(pathOf(key), createReadStream(path), hashOfKey(key));
      }),
    get: (key, path) =>
      orUnavailable(folder, () => writeChecked(path, readOrMissing(pathOf(key)), hashOfKey(key))),
    delete: (key) => orUnavailable(folder, () => rm(pathOf(key), { force: true })),
    list: () => listObjects(folder),
    claim: (installation) =>
      orUnavailable(folder, async () => {
        await mkdir(folder, { recursive: true, mode: privateFolder });
        const path = join(folder, ownerName);
        await writeFile(path, installation, { flag: 'wx', mode: privateFile }).catch(unlessThere);
        return (await readFile(path, 'utf8')).trim();
      }),
  };
}

async function* readOrMissing(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path) as AsyncIterable<Buffer>;
  } catch (error) {
    throw codeOf(error) === 'ENOENT' ? new ChangedObject(missing) : error;
  }
}

/** Ages by the clock that dates the files, which may be that of another machine. */
async function* listObjects(folder: string): AsyncGenerator<StoredObject> {
  const clock = join(folder, 'clock');
  await orUnavailable(folder, () => writeFile(clock, '', { mode: privateFile }));
  const now = (await stat(clock)).mtimeMs;
  for (const name of await readdir(folder, { recursive: true })) {
    const key = basename(name);
    const found = isKey(key) ? await stat(join(folder, name)).catch(() => null) : null;
    if (found?.isFile()) yield { key, ageMs: now - found.mtimeMs };
  }
}

/** @throws FilesUnavailable in place of errors of the file system */
async function orUnavailable<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (error instanceof ChangedObject || code === 'ENOSPC' || code === 'EDQUOT' || code === undefined)
      throw error;
    throw new FilesUnavailable(folder, `the folder gives the error ${code}`);
  }
}

function unlessThere(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
