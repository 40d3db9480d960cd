/** Archives that other programs can read, and that are refused where they are cut off or changed. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { readTar, tarEnd, tarHeader, tarPadding } from '../../../src/store/backup/tar.ts';

const contents = { 'a.txt': 'one', 'folder/b': '', 'folder/c': 'x'.repeat(1_500) };

function archiveOf(files: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(files).flatMap(([name, text]) => [
    tarHeader(name, text.length, 1_700_000_000),
    Buffer.from(text),
    tarPadding(text.length),
  ]);
  return Buffer.concat([...parts, tarEnd]);
}

/** In pieces that end anywhere. */
async function* inPieces(bytes: Buffer, size = 700): AsyncGenerator<Buffer> {
  await Promise.resolve();
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function filesOf(source: AsyncIterable<Buffer>): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name, content } of readTar(source)) {
    const pieces: Buffer[] = [];
    for await (const piece of content) pieces.push(piece);
    files[name] = Buffer.concat(pieces).toString();
  }
  return files;
}

describe('an archive', () => {
  it('gives back what was written, however its bytes arrive', async () => {
    for (const size of [1, 512, 700, 1 << 16])
      expect(await filesOf(inPieces(archiveOf(contents), size))).toEqual(contents);
  });

  it('is read by tar', () => {
    const { stdout, status } = spawnSync('tar', ['-t'], { input: archiveOf(contents), encoding: 'utf8' });
    expect([status, stdout.trim().split('\n')]).toEqual([0, Object.keys(contents)]);
  });

  it('has files beyond 8 GB', async () => {
    const bytes = 20 * 2 ** 30;
    for await (const entry of readTar(
      inPieces(Buffer.concat([tarHeader('large', bytes, 0), Buffer.alloc(512)])),
    )) {
      expect([entry.name, entry.bytes]).toEqual(['large', bytes]);
      break;
    }
  });

  it('is refused where it is cut off, changed, or something else', async () => {
    const whole = archiveOf(contents);
    await expect(filesOf(inPieces(whole.subarray(0, 2_000)))).rejects.toThrow('cut off');
    const changed = Buffer.from(whole);
    changed[3] = 1;
    await expect(filesOf(inPieces(changed))).rejects.toThrow('changed');
    await expect(filesOf(inPieces(Buffer.from('a,b\n'.repeat(500))))).rejects.toThrow('no archive');
  });
});
