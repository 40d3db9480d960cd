/** A file that a check writes: the rejected rows, or the columns that it read. */
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fdatasyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { privateFile } from '../../private-files.ts';
import type { FinishedFile } from '../../store/files/files.ts';

export interface CheckFile {
  /** Where it is, and where it will be. */
  readonly finished: FinishedFile;
  append: (bytes: Uint8Array) => void;
  /** It is complete, and with `sync` on the disk. */
  complete: (how?: { readonly sync: boolean }) => void;
  /** Gives it its final name; can be repeated. */
  publish: () => void;
  close: () => void;
}

/**
 * A file that gets its final name only when it is complete. Until then its name is unique, so that a check that lost its
 * job to another one cannot damage the other's file.
 */
export function createCheckFile(path: string, head: Uint8Array): CheckFile {
  const partial = `${path}.${randomUUID()}.part`;
  const descriptor = openSync(partial, 'wx', privateFile);
  let isComplete = false;
  const close = (): void => {
    closeSync(descriptor);
    if (!isComplete) rmSync(partial, { force: true });
  };
  const append = (bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at, bytes.length - at);
  };
  try {
    append(head);
  } catch (error) {
    // The disk is full: every retry opens it again.
    close();
    throw error;
  }
  return {
    finished: { path, from: partial },
    append,
    complete: ({ sync } = { sync: true }) => {
      if (sync) fdatasyncSync(descriptor);
      isComplete = true;
    },
    publish: () => {
      if (existsSync(partial)) renameSync(partial, path);
    },
    close,
  };
}
