import { describe, expect, it } from 'vitest';
import { tableFormatOf } from '../../../../src/domain/datasets/import/formats.ts';

describe('the format of a table', () => {
  it.each([
    ['csv', Buffer.from('id,name\n1,Jo\n')],
    ['csv', Buffer.from('PAR,PK\n1,2\n')],
    ['csv', Buffer.from('id;name', 'utf16le')],
    ['csv', Buffer.alloc(0)],
    ['xlsx', Buffer.from('PK\u0003\u0004')],
    ['parquet', Buffer.from('PAR1')],
  ])('is %s by its first bytes', (format, head) => {
    expect(tableFormatOf(head)).toBe(format);
  });

  it.each([
    ['an old or protected workbook', [0xd0, 0xcf, 0x11, 0xe0, 0xa1], /save it as \.xlsx without a password/],
    ['a PDF', [0x25, 0x50, 0x44, 0x46], /PDF document/],
    ['an empty zip archive', [0x50, 0x4b, 0x05, 0x06], /zip archive/],
    ['something binary', [1, 2, 3, 4, 5, 6, 7, 8], /binary file/],
  ])('is none of them for %s', (_name, bytes, words) => {
    expect(() => tableFormatOf(Buffer.from(bytes))).toThrow(
      expect.objectContaining({ status: 415, message: expect.stringMatching(words) as string }) as Error,
    );
  });
});
