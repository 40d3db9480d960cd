/**
 * What this machine knows of its copies of stored files: beside each, in the folder `.stored`, a small file with the key of
 * the object, and the state of the copy when it was compared with it. A copy in another state has been changed since.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { privateFile, privateFolder } from '../../private-files.ts';

const notesFolder = '.stored';

export interface LocalCopy {
  readonly path: string;
  /** Of the object that it is, or was, a copy of. */
  readonly key: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly usedAt: number;
  /** False: it was changed since, or is gone. */
  readonly isUnchanged: boolean;
}

/** The file at `path` is, as it stands now, a copy of the object. */
export function noteCopy(path: string, key: string): void {
  const state = stateOf(path);
  if (state === null) return;
  mkdirSync(join(dirname(path), notesFolder), { recursive: true, mode: privateFolder });
  writeFileSync(noteOf(path), `${key} ${state}`, { mode: privateFile });
}

export function isCopyOf(path: string, key: string): boolean {
  const copy = findCopy(path);
  if (copy?.key !== key || !copy.isUnchanged) return false;
  touch(path);
  return true;
}

export function findCopy(path: string): LocalCopy | undefined {
  const note = noteOf(path);
  if (!existsSync(note)) return undefined;
  const [key = '', ...state] = readFileSync(note, 'utf8').split(' ');
  const now = stateOf(path);
  const usedAt = statSync(note, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const isUnchanged = now !== null && now === state.join(' ');
  return { path, key, bytes: Number(state[0] ?? 0), usedAt, isUnchanged };
}

/** Of the files in a folder. */
export function listCopies(folder: string): LocalCopy[] {
  const notes = join(folder, notesFolder);
  if (!existsSync(notes)) return [];
  return readdirSync(notes).flatMap((name) => findCopy(join(folder, name)) ?? []);
}

/** Removes the copy, and what was made of it: the object may have been erased. */
export function removeCopy(path: string): void {
  removeDerived(path);
  rmSync(path, { force: true });
  rmSync(noteOf(path), { force: true });
}

/** Indexes that are made of a file, and would tell of bytes that it no longer has. */
export function removeDerived(path: string): void {
  rmSync(`${path}.columns`, { force: true });
  if (path.endsWith('.scores')) rmSync(path.replace(/\.scores$/, '.customers'), { force: true });
}

/** So that copies that were not used for long are removed first. */
function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(noteOf(path), now, now);
  } catch {
    // It was removed meanwhile.
  }
}

function noteOf(path: string): string {
  return join(dirname(path), notesFolder, basename(path));
}

/** A program cannot set the change time (ctime) back. */
function stateOf(path: string): string | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found ? [found.size, found.ino, found.mtimeNs, found.ctimeNs].join(' ') : null;
}
