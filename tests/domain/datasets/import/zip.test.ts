import { describe, expect, it } from 'vitest';
import { checkArchive } from '../../../../src/domain/datasets/import/zip.ts';
import { zip } from '../../../helpers/zip.ts';

const mega = 1024 * 1024;
const check = (bytes: Buffer): (() => void) => {
  return () => {
    checkArchive(bytes, () => undefined);
  };
};
const refusal = (status: number, words: RegExp): unknown =>
  expect.objectContaining({ status, message: expect.stringMatching(words) as string });

describe('an archive', () => {
  it('gives the content of each entry', () => {
    const seen: [string, string][] = [];
    checkArchive(
      zip([
        { name: 'a.xml', data: '<a/>' },
        { name: 'b.xml', data: '' },
      ]),
      (name, content) => seen.push([name, content.toString()]),
    );
    expect(seen).toEqual([
      ['a.xml', '<a/>'],
      ['b.xml', ''],
    ]);
  });

  it('that unpacks to more than 500 MB is refused before anything is unpacked', () => {
    const entries = Array.from({ length: 11 }, (_, i) => ({
      name: `${i}.xml`,
      data: 'x',
      claimed: 49 * mega,
    }));
    expect(check(zip(entries))).toThrow(refusal(422, /more than 500 MB/));
  });

  it('with one entry that unpacks to more than 200 times its bytes is a bomb', () => {
    const bomb = zip([{ name: 'bomb.xml', data: Buffer.alloc(51 * mega) }]);
    expect(bomb.length).toBeLessThan(mega / 10);
    expect(check(bomb)).toThrow(refusal(422, /unpacks to/));
  });

  it('that hides what it unpacks to is refused after so many bytes as it claims', () => {
    const data = Buffer.alloc(10 * mega);
    expect(check(zip([{ name: 'a.xml', data, claimed: 1000 }]))).toThrow(refusal(415, /damaged/));
  });

  it('whose header in front of an entry says other than its table of contents is refused', () => {
    const lie = zip([{ name: 'a.xml', data: 'x', claimedLocally: 4_000_000_000 }]);
    expect(check(lie)).toThrow(refusal(415, /damaged/));
  });

  it('with something between its entries that the table of contents does not name is refused', () => {
    const hidden = zip([{ name: 'hidden.xml', data: Buffer.alloc(1000, 'ab') }]);
    const end = hidden.length - 22;
    const start = hidden.readUInt32LE(end + 16);
    const open = zip([{ name: 'a.xml', data: 'x' }]);
    const both = Buffer.concat([hidden.subarray(0, start), open]);
    both.writeUInt32LE(start + open.readUInt32LE(open.length - 6), both.length - 6);
    both.writeUInt32LE(start, both.readUInt32LE(both.length - 6) + 42);
    expect(check(both)).toThrow(refusal(415, /damaged/));
  });

  it('with more than 10,000 entries is refused', () => {
    const bytes = zip([{ name: 'a.xml', data: 'x' }]);
    bytes.writeUInt16LE(10_001, bytes.length - 12);
    expect(check(bytes)).toThrow(refusal(422, /unpacks to/));
  });

  it('that is protected by a password says so', () => {
    expect(check(zip([{ name: 'a.xml', data: 'x', flags: 1 }]))).toThrow(refusal(415, /password/));
  });

  it('that is cut off anywhere is refused in words', () => {
    const whole = zip([{ name: 'a.xml', data: 'some text' }]);
    for (let length = 0; length < whole.length; length += 7)
      expect(check(whole.subarray(0, length))).toThrow(refusal(415, /cut off or damaged/));
  });
});
