import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import { findExcess } from '../../../../src/domain/datasets/import/parquet-pages.ts';
import { parquetToCsv } from '../../../../src/domain/datasets/import/parquet.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-pages-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const source = join(folder, 'table');
const convert = (bytes: Buffer): Promise<string[]> => {
  writeFileSync(source, bytes);
  return parquetToCsv(source, join(folder, 'table.csv'));
};

/** A number as the headers of Parquet hold it: zigzag, seven bits a byte. */
const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  for (let left = value * 2; left > 0; left = Math.floor(left / 128))
    bytes.push(left >= 128 ? (left % 128) + 128 : left);
  return Buffer.from(bytes);
};

/** Replaces a number by another of as many bytes, in the first so many places. */
function claim(bytes: Buffer, before: number, after: number, places = Infinity): Buffer {
  const [from, to] = [varint(before), varint(after)];
  expect(to.length).toBe(from.length);
  const patched = Buffer.from(bytes);
  let at = patched.indexOf(from);
  expect(at).toBeGreaterThan(0);
  for (let count = 0; at >= 0 && count < places; count++, at = patched.indexOf(from, at + 1))
    to.copy(patched, at);
  return patched;
}

const rows = 1_234_567;
const flags = (): Buffer => {
  const data = Array.from({ length: rows }, () => true);
  const columnData = ['a', 'b'].map((name) => ({ name, data, type: 'BOOLEAN' as const }));
  return Buffer.from(
    parquetWriteBuffer({ codec: 'UNCOMPRESSED', pageSize: 1e9, rowGroupSize: rows, columnData }),
  );
};

describe('a small Parquet file is refused with a reason, at once,', () => {
  it('when its dictionary names one long text for every row', async () => {
    const text = 'x'.repeat(900_000);
    const bytes = Buffer.from(
      parquetWriteBuffer({
        codec: 'GZIP',
        compressors: { GZIP: (page: Uint8Array) => new Uint8Array(gzipSync(page)) },
        statistics: false,
        columnData: [
          {
            name: 'note',
            data: Array.from({ length: 100_000 }, () => text),
            type: 'STRING',
            encoding: 'RLE_DICTIONARY',
          },
        ],
      }),
    );
    expect(bytes.length).toBeLessThan(20_000);
    await expect(convert(bytes)).rejects.toThrow(/would be larger than 100 MB/);
  }, 20_000);

  it('when it claims far more rows than it holds', async () => {
    await expect(convert(claim(flags(), rows, 99_000_000))).rejects.toThrow(/claims far more cells/);
  });

  it('when a page claims other rows than its group', async () => {
    await expect(convert(claim(flags(), rows, 99_000_000, 1))).rejects.toThrow(/incomplete or damaged/);
  });

  it('when its pages unpack to more than they may', async () => {
    writeFileSync(source, flags());
    const file = await asyncBufferFromFile(source);
    const metadata = await parquetMetadataAsync(file);
    const both = new Set(['a', 'b']);
    expect(await findExcess(file, metadata, both, 1_000_000)).toBeNull();
    expect(await findExcess(file, metadata, both, 10)).toMatch(/Unpacked, it would be far larger/);
  }, 20_000);
});
