/**
 * Where the bytes of shared files are: objects that are written once and never change. A key begins with the SHA-256 of
 * the bytes and ends with a random part: two files with the same bytes are two objects, so that one can be erased without
 * asking who else has it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';

export interface StoredObject {
  readonly key: string;
  /** By the clock of the store. */
  readonly ageMs: number;
}

/** Every method throws FilesUnavailable where the store cannot be reached or refuses; what is sensible is tried again before. */
export interface ObjectStore {
  /** In messages: never with a password. */
  readonly address: string;
  /** Streams the file at `path` into the object; nobody sees it before it is whole. @throws Error when the file changes meanwhile */
  put(key: string, path: string): Promise<void>;
  /** Streams the object to a new file at `path`. @throws ChangedObject where its bytes are not those of the key */
  get(key: string, path: string): Promise<void>;
  /** Does nothing where there is none. */
  delete(key: string): Promise<void>;
  /** All of them, other files left out. */
  list(): AsyncIterable<StoredObject>;
  /** Writes the name of the installation where there is none, and gives the one that is there. */
  claim(installation: string): Promise<string>;
}

/** The object is missing, or holds other bytes than were put. */
export class ChangedObject extends Error {}

export const missing = 'it is missing there';
export const changed = 'it holds other bytes than were stored';

/** The name of the object that says whose files these are. */
export const ownerName = 'installation';

export function newKey(sha256: string): string {
  return `${sha256}-${randomBytes(8).toString('hex')}`;
}

export function isKey(text: string): boolean {
  return /^[0-9a-f]{64}-[0-9a-f]{16}$/.test(text);
}

/** Folders of at most a few thousand names. */
export function placeOfKey(key: string): string {
  return `${key.slice(0, 2)}/${key}`;
}

export function hashOfKey(key: string): string {
  return key.slice(0, 64);
}

export interface FileHash {
  readonly sha256: string;
  readonly bytes: number;
}

export async function hashFile(path: string): Promise<FileHash> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}
