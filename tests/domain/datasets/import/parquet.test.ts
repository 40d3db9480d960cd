import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import { parquetToCsv } from '../../../../src/domain/datasets/import/parquet.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-parquet-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const [source, target] = [join(folder, 'table'), join(folder, 'table.csv')];
type Options = Parameters<typeof parquetWriteBuffer>[0];
const file = (options: Options): Buffer => Buffer.from(parquetWriteBuffer(options));
const convert = (bytes: Buffer): Promise<string[]> => {
  writeFileSync(source, bytes);
  return parquetToCsv(source, target);
};
const toCsv = async (options: Options): Promise<string> => {
  await convert(file(options));
  return readFileSync(target, 'utf8');
};

describe('the columns of a Parquet file', () => {
  it('keep their digits when they are decimals', async () => {
    const csv = await toCsv({
      schema: [
        { name: 'root', num_children: 2 },
        {
          name: 'fee',
          type: 'INT32',
          converted_type: 'DECIMAL',
          scale: 2,
          precision: 9,
          repetition_type: 'OPTIONAL',
        },
        { name: 'day', type: 'INT32', converted_type: 'DATE', repetition_type: 'OPTIONAL' },
      ],
      columnData: [
        { name: 'fee', data: [0.07, -12.5, null] },
        { name: 'day', data: [new Date('2026-11-20'), null, new Date('1969-12-31')] },
      ],
    });
    expect(csv).toBe('fee,day\n0.07,2026-11-20\n-12.5,\n,1969-12-31\n');
  });

  it('hold times, whole numbers beyond 2^53, short floats and JSON', async () => {
    const csv = await toCsv({
      columnData: [
        { name: 'at', data: [new Date('2026-11-20T10:30:00Z')], type: 'TIMESTAMP' },
        { name: 'id', data: [9007199254740993n], type: 'INT64' },
        { name: 'f', data: [Math.fround(0.1)], type: 'FLOAT' },
        { name: 'json', data: [{ a: [1, 'x'] }], type: 'JSON' },
      ],
    });
    expect(csv).toBe('at,id,f,json\n2026-11-20 10:30:00,9007199254740993,0.1,"{""a"":[1,""x""]}"\n');
  });

  it('are left out when they hold lists or records, and a note names them', async () => {
    const notes = await convert(
      file({
        schema: [
          { name: 'root', num_children: 3 },
          { name: 'id', type: 'INT32', repetition_type: 'REQUIRED' },
          { name: 'address', num_children: 1, repetition_type: 'REQUIRED' },
          { name: 'city', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
          { name: 'calls', num_children: 1, converted_type: 'LIST', repetition_type: 'REQUIRED' },
          { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
          { name: 'element', type: 'INT32', repetition_type: 'REQUIRED' },
        ],
        columnData: [
          { name: 'id', data: [1, 2] },
          { name: 'address', data: [{ city: 'Ghent' }, { city: 'Aix' }] },
          { name: 'calls', data: [[1, 2], []] },
        ],
      }),
    );
    expect(readFileSync(target, 'utf8')).toBe('id\n1\n2\n');
    expect(notes.at(-1)).toMatch(/were left out: address, calls\.$/);
  });

  it('may be named as the fields of any object are, or with a dot', async () => {
    const names = ['__proto__', 'constructor', 'a.b'];
    const csv = await toCsv({ columnData: names.map((name, j) => ({ name, data: [j], type: 'INT32' })) });
    expect(csv).toBe('__proto__,constructor,a.b\n0,1,2\n');
  });

  it('come in groups and pages, none of which is lost at a stretch’s end', async () => {
    const n = 210_003;
    const data = Int32Array.from({ length: n }, (_, i) => i);
    const csv = await toCsv({
      rowGroupSize: [1000, 150_000],
      pageSize: 50_000,
      columnData: [{ name: 'n', data }],
    });
    expect(csv).toBe(`n\n${data.join('\n')}\n`);
  });

  it.each([
    ['UNCOMPRESSED', undefined],
    ['SNAPPY', undefined],
    ['GZIP', (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes))],
    ['ZSTD', zstdFrame],
  ] as const)('may be packed: %s', async (codec, pack) => {
    const data = Array.from({ length: 500 }, (_, i) => `customer ${i}`);
    const csv = await toCsv({
      codec,
      columnData: [{ name: 'id', data, type: 'STRING', encoding: 'PLAIN' }],
      ...(pack && { compressors: { [codec]: pack } }),
    });
    expect(csv).toBe(`id\n${data.join('\n')}\n`);
  });
});

describe('a Parquet file that cannot be read is refused with a reason', () => {
  const whole = file({
    codec: 'UNCOMPRESSED',
    columnData: [
      { name: 'id', data: ['a', 'b', 'c'], type: 'STRING' },
      { name: 'n', data: [1, 2, 3], type: 'INT32' },
    ],
  });

  it('cut off anywhere', async () => {
    for (let length = 4; length < whole.length; length += 37)
      await expect(convert(whole.subarray(0, length))).rejects.toMatchObject({ status: 422 });
  });

  it('damaged anywhere: in words, or read', async () => {
    for (let at = 4; at < whole.length; at += 11) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 0xff;
      await convert(bytes).catch((error: unknown) => {
        expect(error).toMatchObject({ status: 422, code: 'unusable-parquet' });
      });
    }
  });

  it('with more columns than are read', async () => {
    const columnData = Array.from({ length: 2001 }, (_, j) => ({ name: `c${j}`, data: new Int32Array(1) }));
    await expect(convert(file({ columnData }))).rejects.toThrow(/1 rows and 2,001 columns/);
  });
});

/** A frame of zstd (RFC 8878, 3.1.1) with one block that is not packed. */
function zstdFrame(bytes: Uint8Array): Uint8Array {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(0xfd2fb528, 0);
  head.writeUInt8(0xa0, 4);
  head.writeUInt32LE(bytes.length, 5);
  head.writeUIntLE((bytes.length << 3) | 1, 9, 3);
  return Buffer.concat([head, bytes]);
}
