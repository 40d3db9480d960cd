/** What lies in the watched folder, and which of it is complete: unchanged between two looks. */
import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { countText } from '../../format.ts';

/** Where files go that were scored, and those that were not. */
export const folders = { done: 'done', failed: 'failed' } as const;

export interface FoundFile {
  readonly name: string;
  readonly stamp: string;
  /** Why it cannot be taken, in words; null: nothing is known to be wrong. */
  readonly problem: string | null;
}

/** Tells a file from one that was put in its place, or written to since. */
export function stampOf({ ino, size, mtimeMs }: Pick<Stats, 'ino' | 'size' | 'mtimeMs'>): string {
  return `${ino}:${size}:${mtimeMs}`;
}

/** In the order of their names. Names that begin with a dot are left alone: programs that copy use them until they have ended. */
export async function listFiles(folder: string, maxBytes: number): Promise<FoundFile[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.') && !isOurs(name)).sort();
  const found: FoundFile[] = [];
  for (const name of names) {
    // It may be moved away meanwhile.
    const stats = await lstat(join(folder, name)).catch(() => null);
    if (stats) found.push({ name, stamp: stampOf(stats), problem: problemOf(stats, maxBytes) });
  }
  return found;
}

function isOurs(name: string): boolean {
  return name === folders.done || name === folders.failed;
}

function problemOf(stats: Stats, maxBytes: number): string | null {
  if (stats.isSymbolicLink()) return 'It is a link. Put the file itself into the folder.';
  if (stats.isDirectory())
    return 'It is a folder. Put its files into the watched folder, one beside the other.';
  if (!stats.isFile()) return 'It is not a file.';
  if (stats.size <= maxBytes) return null;
  const megabytes = countText(Math.round(maxBytes / 1024 / 1024));
  return `It has more than ${megabytes} MB. Split the file, or raise MAX_UPLOAD_MB.`;
}

/** Gives those that are as they were at the look before. */
export function createCompleteness(): (files: readonly FoundFile[]) => FoundFile[] {
  let before = new Map<string, string>();
  return (files) => {
    const complete = files.filter(({ name, stamp }) => before.get(name) === stamp);
    before = new Map(files.map(({ name, stamp }) => [name, stamp]));
    return complete;
  };
}
