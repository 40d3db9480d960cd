/** Before anything is read: whether the store of shared files is the one of this installation, and complete. */
import { countStored } from '../../store/files/records.ts';
import { openSharedFiles } from '../../store/files/open-files.ts';
import { bringKept } from './kept.ts';
import type { FilesEnv } from './kept.ts';
import { listUnstored } from './moving.ts';
import { claimStore } from './owner.ts';

/** @throws Error in words where the program must not run like this */
export async function prepareFiles(env: FilesEnv): Promise<void> {
  const { db, config } = env;
  const files = openSharedFiles(config);
  if (!files) {
    if ((await countStored(db)) > 0)
      throw new Error(
        'the files of this installation are in a file store. Set FILES to its address, as it was before.',
      );
    return;
  }
  await claimStore(db, files);
  const unstored = await listUnstored(env, files);
  if (unstored.length > 0)
    throw new Error(
      `${unstored.length} files of this installation are not in the file store yet. Run: holdfast migrate-files ${files.address}`,
    );
  await bringKept(env);
}
