/** Copies of the database that a backup reads, each in a folder in the one for data. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Of the names of the folders. */
export const snapshotPrefix = '.backup-';
const staleMs = 24 * 3_600_000;

/** Removes what backups left that were killed: people may have been erased since. */
export async function removeStaleSnapshots(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith(snapshotPrefix)) continue;
    const path = join(dataDir, name);
    // Another backup may have just ended.
    const found = await stat(path).catch(() => null);
    if (found && Date.now() - found.mtimeMs > staleMs) await rm(path, { recursive: true, force: true });
  }
}
