/** Names of files that are the same on every machine: the name of the folder, and the place in it. */
import { join, relative, sep } from 'node:path';

/** By the first part of the names of files: `uploads`, `models`, `data`. */
export type Folders = Readonly<Record<string, string>>;

/** The path of `uploads/…` and so on. */
export function pathIn(folders: Folders, name: string): string {
  const [folder = '', ...rest] = name.split('/');
  return join(folders[folder]!, ...rest);
}

export function nameIn(folders: Folders, path: string): string {
  for (const [name, folder] of Object.entries(folders)) {
    const inside = relative(folder, path);
    if (!inside.startsWith('..')) return [name, ...inside.split(sep)].join('/');
  }
  throw new Error('This file is in none of the folders.');
}
