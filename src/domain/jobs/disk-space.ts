/** Shown for a job that waits for space. Read from the disk itself: a full one may not store what the job says. */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../../config.ts';
import { databaseFile } from '../../db.ts';

export const diskFull = 'The disk is full. It goes on by itself when there is space.';

/** The space that one step needs at least. */
const enoughBytes = 1024 * 1024;

/** Why a job is paused; null if the disk has space. */
export async function lackOfSpace({ databaseUrl, uploadsDir }: Config): Promise<string | null> {
  const file = databaseFile(databaseUrl);
  const folders = file === null ? [uploadsDir] : [uploadsDir, dirname(file)];
  const free = await Promise.all(folders.map(freeBytes));
  return Math.min(...free) < enoughBytes ? diskFull : null;
}

/** Of the file system of a folder, for this user. */
export async function freeBytes(folder: string): Promise<number> {
  // Not every file system reports free space.
  const { bavail, bsize } = await statfs(folder).catch(() => ({ bavail: Infinity, bsize: 1 }));
  return bavail * bsize;
}
