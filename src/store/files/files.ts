/**
 * The files of an installation: in its folders, and where machines share them, in a store behind these. The store has the
 * truth, and the folders copies. The program reads and writes in its folders only; it asks for what it is about to read,
 * and says what it has finished.
 */
import { existsSync } from 'node:fs';
import type { Db } from '../../db.ts';

export interface FinishedFile {
  /** Its place, in one of the installation's folders. */
  readonly path: string;
  /** Where its bytes are until then. */
  readonly from?: string;
}

export interface PutFiles {
  /** Fetches each to `copy`, which the caller removes. @throws ChangedFile where the store gives back other bytes */
  check(copy: string): Promise<void>;
  /** Call at the end of the transaction that refers to the files, when they are at their places. */
  note(trx: Db): Promise<void>;
}

/** Every method throws FilesUnavailable while the store cannot be reached. */
export interface Files {
  /** Whether there is a store, so that what is not here may be elsewhere. */
  readonly isShared: boolean;
  /** Stores what is not in the store as it is here. Call before the transaction that refers to the files; none need exist. */
  put(db: Db, files: readonly FinishedFile[]): Promise<PutFiles>;
  /** Fetches what is stored of these and is not here as it is stored. @throws ChangedFile */
  bring(db: Db, paths: readonly string[]): Promise<void>;
  /** The same for a file and all beside it, such as its results. */
  bringAll(db: Db, path: string): Promise<void>;
  /** Whether it is in the store. */
  isStored(db: Db, path: string): Promise<boolean>;
  /** Whether it is here or stored. */
  has(db: Db, path: string): Promise<boolean>;
  /** The file, and all beside it that `which` says. Call in the transaction that no longer refers to them. */
  remove(trx: Db, path: string, which?: (path: string) => boolean): Promise<void>;
  /** Deletes the objects that earlier transactions have removed. */
  discard(db: Db): Promise<void>;
}

const nothingPut: PutFiles = { check: () => Promise.resolve(), note: () => Promise.resolve() };

/** The folders alone. */
export const localFiles: Files = {
  isShared: false,
  put: () => Promise.resolve(nothingPut),
  bring: () => Promise.resolve(),
  bringAll: () => Promise.resolve(),
  isStored: () => Promise.resolve(false),
  has: (_db, path) => Promise.resolve(existsSync(path)),
  remove: () => Promise.resolve(),
  discard: () => Promise.resolve(),
};
