import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeChunk, damagedFile, openChunkFile } from '../../../src/store/score-files/chunks.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-chunks-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const path = join(folder, 'columns');
const chunks = [
  encodeChunk({ place: 1 }, { ids: Uint32Array.of(7, 8, 9), shares: Float64Array.of(0.1, NaN, -0) }),
  encodeChunk({ place: 2 }, { small: Uint8Array.of(255), none: Int32Array.of() }),
];
const whole = Buffer.concat(chunks);

describe('a file of chunks', () => {
  it('gives back every array with its type and what was said about the chunk', () => {
    writeFileSync(path, whole);
    const file = openChunkFile(path, null);
    expect(file.chunks.map(({ meta }) => meta)).toEqual([{ place: 1 }, { place: 2 }]);
    expect(file.read(file.chunks[0]!, 'ids', 'u32')).toEqual(Uint32Array.of(7, 8, 9));
    expect(file.read(file.chunks[0]!, 'shares', 'f64')).toEqual(Float64Array.of(0.1, NaN, -0));
    expect(file.read(file.chunks[1]!, 'small', 'u8')).toEqual(Uint8Array.of(255));
    expect(file.read(file.chunks[1]!, 'none', 'i32')).toEqual(Int32Array.of());
    file.close();
  });

  it('does not count what follows the bytes that were asked for', () => {
    writeFileSync(path, Buffer.concat([chunks[0]!, Buffer.from('half a chunk that a crash left')]));
    const file = openChunkFile(path, chunks[0]!.length);
    expect(file.chunks).toHaveLength(1);
    file.close();
  });

  it('says which file is missing or cut short, and what to do', () => {
    const gone = join(folder, 'gone');
    const damaged = damagedFile(path, 'Make it again.');
    expect(() => openChunkFile(gone, null, damagedFile(gone, 'Make it again.'))).toThrow(
      'The stored file gone is damaged (it is missing). Make it again.',
    );
    writeFileSync(path, whole.subarray(0, -1));
    expect(() => openChunkFile(path, whole.length, damaged)).toThrow('it is cut short');
    expect(() => openChunkFile(path, null, damaged)).toThrow('is cut short');
  });

  it('never gives a value from a file in which any byte was changed', () => {
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 0x10;
      writeFileSync(path, changed);
      const values = readOrNull();
      // The bytes that fill up to the next multiple of 8 are no values.
      if (values !== null) expect(values).toEqual([7, 8, 9, 0.1, NaN, -0, 255]);
    }
    expect(readFileSync(path)).toHaveLength(whole.length);
  });
});

describe('a long array', () => {
  const values = Float64Array.from({ length: 10_000 }, (_, i) => Math.sqrt(i));
  const long = encodeChunk({}, { before: Uint8Array.of(1), values });

  it('is read in parts, whatever lies in front of them in memory', () => {
    writeFileSync(path, long);
    const file = openChunkFile(path, null);
    const [chunk] = file.chunks;
    for (const [from, until] of [
      [0, 1],
      [2047, 2049],
      [2048, 4096],
      [9_999, 10_000],
      [5_000, 5_000],
      [0, 10_000],
    ] as const)
      expect(file.readPart(chunk!, 'values', 'f64', { from, until })).toEqual(values.subarray(from, until));
    file.close();
  });

  it('is checked where it is read', () => {
    const changed = Buffer.from(long);
    changed[long.length - 1]! ^= 1;
    writeFileSync(path, changed);
    const file = openChunkFile(path, null);
    const [chunk] = file.chunks;
    expect(file.readPart(chunk!, 'values', 'f64', { from: 10, until: 12 })).toEqual(values.subarray(10, 12));
    expect(() => file.readPart(chunk!, 'values', 'f64', { from: 9_000, until: 9_001 })).toThrow(
      "column 'values'",
    );
    expect(() => file.read(chunk!, 'values', 'f64')).toThrow('was changed');
    file.close();
  });
});

function readOrNull(): number[] | null {
  try {
    const file = openChunkFile(path, whole.length);
    try {
      const [first, second] = file.chunks;
      return [
        ...file.read(first!, 'ids', 'u32'),
        ...file.read(first!, 'shares', 'f64'),
        ...file.read(second!, 'small', 'u8'),
      ];
    } finally {
      file.close();
    }
  } catch (error) {
    expect((error as Error).message).toContain('is damaged');
    return null;
  }
}
