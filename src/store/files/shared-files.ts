/** Files behind the folders, in an object store; in the database is which object holds which file. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Db } from '../../db.ts';
import { ChangedFile } from '../../errors.ts';
import type { Files, FinishedFile, PutFiles } from './files.ts';
import { nameIn, pathIn } from './folders.ts';
import type { Folders } from './folders.ts';
import { findCopy, isCopyOf, listCopies, noteCopy, removeCopy, removeDerived } from './local-copies.ts';
import { ChangedObject, hashFile, hashOfKey, newKey } from './objects.ts';
import type { ObjectStore } from './objects.ts';
import {
  discardStored,
  findStored,
  forgetDiscarded,
  listDiscarded,
  listStored,
  listStoredOf,
  saveStored,
} from './records.ts';
import type { FileKind, StoredFile } from './records.ts';

/** A kept file that cannot be had, by its name. */
export interface FileProblem {
  readonly name: string;
  readonly error: ChangedFile;
}

export interface SharedFiles extends Files {
  readonly address: string;
  count(db: Db): Promise<{ readonly files: number; readonly bytes: number }>;
  /** Fetches kept files that are new. Gives those that the store does not hold any more as they were put. */
  bringKept(db: Db): Promise<readonly FileProblem[]>;
  /** Fetches the file of this name if what is here is not what is stored, whatever is noted of it. */
  renew(db: Db, name: string): Promise<void>;
  /** Fetches the object to a new file outside of the folders. @throws ChangedFile */
  copyTo(file: StoredFile, path: string): Promise<void>;
  /** Removes copies here of what is stored no more, or stored anew. */
  removeStale(db: Db): Promise<void>;
  /** Removes the copies that were used longest ago, kept files apart, until the rest is no larger than that. */
  limitCopies(db: Db, mostBytes: number): Promise<void>;
  /** Deletes objects that are old and that nothing refers to; gives how many. */
  sweepOrphans(db: Db): Promise<number>;
  /** @throws FilesUnavailable, or Error where the store has files of another installation */
  claim(installation: string): Promise<void>;
}

interface PutFile {
  readonly file: StoredFile;
  readonly path: string;
}

/** Nothing is stored so long before the transaction that refers to it. */
const safeAgeMs = 24 * 3_600_000;
/** Copies that may be in use. */
const recentMs = 3_600_000;
/** How soon an object that was found changed is looked at again. */
const lookAgainMs = 60_000;

export function createSharedFiles(objects: ObjectStore, folders: Folders): SharedFiles {
  /** Kept files that are here: names and keys. */
  const present = new Map<string, string>();
  const refused = new Map<string, { readonly problem: FileProblem; readonly at: number }>();

  const pathOf = (name: string): string => pathIn(folders, name);
  const nameOf = (path: string): string => nameIn(folders, path);

  /** null: it is stored, or not there at all. */
  const putOne = async (db: Db, { path, from = path }: FinishedFile): Promise<PutFile | null> => {
    if (!existsSync(from)) return null;
    const name = nameOf(path);
    const before = await findStored(db, name);
    if (before && from === path && isCopyOf(path, before.key)) return null;
    const { sha256, bytes } = await hashFile(from);
    if (before && hashOfKey(before.key) === sha256) return { file: before, path };
    const key = newKey(sha256);
    await objects.put(key, from);
    return { file: { name, key, bytes, kind: kindOf(name) }, path };
  };

  const put = async (db: Db, files: readonly FinishedFile[]): Promise<PutFiles> => {
    const stored: PutFile[] = [];
    for (const file of files) {
      const one = await putOne(db, file);
      if (one) stored.push(one);
    }
    return {
      check: async (copy) => {
        for (const { file } of stored) await get(file, copy);
      },
      note: async (trx) => {
        for (const { file, path } of stored) {
          await saveStored(trx, file);
          noteCopy(path, file.key);
        }
      },
    };
  };

  /** @throws ChangedFile */
  const get = async ({ key }: StoredFile, path: string): Promise<void> => {
    try {
      await objects.get(key, path);
    } catch (error) {
      if (error instanceof ChangedObject) throw new ChangedFile(objects.address, key, error.message);
      throw error;
    }
  };

  /** @throws ChangedFile */
  const fetch = async (file: StoredFile): Promise<void> => {
    const path = pathOf(file.name);
    await get(file, path);
    removeDerived(path);
    noteCopy(path, file.key);
  };

  const isHere = async ({ name, key }: StoredFile): Promise<boolean> => {
    const path = pathOf(name);
    if (!existsSync(path) || (await hashFile(path)).sha256 !== hashOfKey(key)) return false;
    noteCopy(path, key);
    return true;
  };

  const ensure = async (file: StoredFile): Promise<void> => {
    if (!isCopyOf(pathOf(file.name), file.key) && !(await isHere(file))) await fetch(file);
  };

  /** Nothing where it was found changed a moment ago. */
  const ensureKept = async (file: StoredFile): Promise<void> => {
    const before = refused.get(file.key);
    if (before && Date.now() - before.at < lookAgainMs) return;
    try {
      await ensure(file);
      present.set(file.name, file.key);
      refused.delete(file.key);
    } catch (error) {
      if (!(error instanceof ChangedFile)) throw error;
      refused.set(file.key, { problem: { name: file.name, error }, at: Date.now() });
    }
  };

  const bringEachKept = async (db: Db): Promise<readonly FileProblem[]> => {
    const kept = await listStored(db, 'kept');
    for (const file of kept)
      if (present.get(file.name) !== file.key || !existsSync(pathOf(file.name))) await ensureKept(file);
    const keys = new Set(kept.map(({ key }) => key));
    for (const key of refused.keys()) if (!keys.has(key)) refused.delete(key);
    return [...refused.values()].map(({ problem }) => problem);
  };

  let bringing: Promise<readonly FileProblem[]> | null = null;
  /** Requests that come meanwhile wait for the same. */
  const bringKept = (db: Db): Promise<readonly FileProblem[]> =>
    (bringing ??= bringEachKept(db).finally(() => {
      bringing = null;
    }));

  const isStored = async (db: Db, path: string): Promise<boolean> =>
    (await findStored(db, nameOf(path))) !== undefined;

  const discard = async (db: Db): Promise<void> => {
    for (const key of await listDiscarded(db)) {
      await objects.delete(key);
      await forgetDiscarded(db, key);
    }
  };

  const copies = () => [...Object.values(folders), join(folders['data']!, 'datasets')].flatMap(listCopies);

  return {
    isShared: true,
    address: objects.address,
    count: async (db) => {
      const stored = await listStored(db);
      return { files: stored.length, bytes: stored.reduce((sum, { bytes }) => sum + bytes, 0) };
    },
    put,
    bring: async (db, paths) => {
      for (const path of paths) {
        const file = await findStored(db, nameOf(path));
        if (file) await ensure(file);
      }
    },
    bringAll: async (db, path) => {
      for (const file of await listStoredOf(db, nameOf(path))) await ensure(file);
    },
    isStored,
    has: async (db, path) => existsSync(path) || (await isStored(db, path)),
    remove: async (trx, path, which = () => true) => {
      const files = await listStoredOf(trx, nameOf(path));
      await discardStored(
        trx,
        files.filter(({ name }) => which(pathOf(name))),
      );
    },
    discard,
    bringKept,
    renew: async (db, name) => {
      const file = await findStored(db, name);
      if (file && !(await isHere(file))) await fetch(file);
    },
    copyTo: get,
    removeStale: async (db) => {
      const before = copies();
      const keys = new Set((await listStored(db)).map(({ key }) => key));
      for (const { path, key, isUnchanged } of before) {
        if (keys.has(key) || findCopy(path)?.key !== key) continue;
        // One that was changed here is about to be stored anew.
        if (isUnchanged || !existsSync(path)) removeCopy(path);
      }
    },
    limitCopies: async (db, mostBytes) => {
      const names = new Map((await listStored(db, 'fetched')).map(({ name, key }) => [pathOf(name), key]));
      const removable = copies().filter(
        ({ path, key, isUnchanged }) => isUnchanged && names.get(path) === key,
      );
      let total = removable.reduce((sum, { bytes }) => sum + bytes, 0);
      for (const { path, bytes, usedAt } of removable.sort((a, b) => a.usedAt - b.usedAt)) {
        if (total <= mostBytes || Date.now() - usedAt < recentMs) return;
        removeCopy(path);
        total -= bytes;
      }
    },
    sweepOrphans: async (db) => {
      const old: string[] = [];
      for await (const { key, ageMs } of objects.list()) if (ageMs > safeAgeMs) old.push(key);
      // Read after the list: what is referred to since then is known.
      const known = new Set((await listStored(db)).map(({ key }) => key));
      const orphans = old.filter((key) => !known.has(key));
      for (const key of orphans) await objects.delete(key);
      return orphans.length;
    },
    claim: async (installation) => {
      const owner = await objects.claim(installation);
      if (owner !== installation)
        throw new Error(
          `the file store ${objects.address} has the files of another installation. Set FILES to a place of its own.`,
        );
    },
  };
}

/** Dashboards read scores, and everything reads models. */
function kindOf(name: string): FileKind {
  return /^models\/|^uploads\/.*\.(scores|challenger-\d+)$/.test(name) ? 'kept' : 'fetched';
}
