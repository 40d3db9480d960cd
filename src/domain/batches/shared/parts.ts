/** Results of blocks that another worker scored, as files in a folder beside the upload until they are merged. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { privateFile, privateFolder } from '../../../private-files.ts';
import type { ClaimedGroup } from '../../../store/batch-blocks.ts';
import type { BlockResult } from '../blocks/block-work.ts';
import { partsFolder } from '../files.ts';

type PartName = Pick<ClaimedGroup, 'lease' | 'number' | 'claim'>;

/** Empty; what a run left that was cut off is gone. `upload`: its path. */
export function createPartsFolder(upload: string): void {
  removePartsFolder(upload);
  mkdirSync(partsFolder(upload), { mode: privateFolder });
}

export function removePartsFolder(upload: string): void {
  rmSync(partsFolder(upload), { recursive: true, force: true });
}

/** It gets its name once it is whole. Fails where the folder is gone, because nobody waits for it any more. */
export function writePart(upload: string, name: PartName, results: readonly BlockResult[]): void {
  const path = pathOf(upload, name);
  const bytes = serialize(results);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(crc32(bytes));
  writeFileSync(`${path}.new`, head, { mode: privateFile });
  writeFileSync(`${path}.new`, bytes, { flag: 'a' });
  renameSync(`${path}.new`, path);
}

/** The file is removed. Null: it is missing or damaged, as a crash of a machine can leave it. */
export function takePart(upload: string, name: PartName): BlockResult[] | null {
  const path = pathOf(upload, name);
  try {
    const bytes = readFileSync(path);
    rmSync(path, { force: true });
    const content = bytes.subarray(4);
    if (bytes.length < 4 || bytes.readUInt32LE(0) !== crc32(content)) return null;
    // The CRC was checked: `writePart` of the same version wrote it.
    return deserialize(content) as BlockResult[];
  } catch {
    return null;
  }
}

function pathOf(upload: string, { lease, number, claim }: PartName): string {
  return join(partsFolder(upload), `${lease}-${number}-${claim}`);
}
