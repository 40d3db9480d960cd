/** Writing the bytes of an object to a file, whole or not at all, and checking them on the way. */
import { createHash, randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { privateFile } from '../../private-files.ts';
import { changed, ChangedObject } from './objects.ts';

/** @throws ChangedObject where the bytes have another SHA-256; the file is not there then */
export async function writeChecked(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  sha256: string,
): Promise<void> {
  const partial = `${path}.${randomUUID()}.fetched`;
  const hash = createHash('sha256');
  const file = await open(partial, 'wx', privateFile);
  try {
    for await (const piece of pieces) {
      hash.update(piece);
      await file.writeFile(piece);
    }
    if (hash.digest('hex') !== sha256) throw new ChangedObject(changed);
    await file.sync();
    await rename(partial, path);
  } finally {
    await file.close();
    await rm(partial, { force: true });
  }
}
