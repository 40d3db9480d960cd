import { describe, expect, it } from 'vitest';
import { checkArchive } from '../../../../src/domain/datasets/import/zip.ts';
import { zip } from '../../../helpers/zip.ts';

const mega = 1024 * 1024;
const check = (bytes: Buffer): Promise<void> => checkArchive(bytes, () => undefined);
const refusal = (status: number, words: RegExp): unknown =>
  expect.objectContaining({ status, message: expect.stringMatching(words) as string });

describe('an archive', () => {
  it('gives the content of each entry', async () => {
    const seen: [string, string][] = [];
    await checkArchive(
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

  it('that unpacks to more than 500 MB is refused before anything is unpacked', async () => {
    const entries = Array.from({ length: 11 }, (_, i) => ({
      name: `${i}.xml`,
      data: 'x',
      claimed: 49 * mega,
    }));
    await expect(check(zip(entries))).rejects.toThrow(refusal(422, /more than 500 MB/));
  });

  it('with one entry that unpacks to more than 200 times its bytes is a bomb', async () => {
    const bomb = zip([{ name: 'bomb.xml', data: Buffer.alloc(51 * mega) }]);
    expect(bomb.length).toBeLessThan(mega / 10);
    await expect(check(bomb)).rejects.toThrow(refusal(422, /unpacks to/));
  });

  it('that hides what it unpacks to is refused after so many bytes as it claims', async () => {
    const data = Buffer.alloc(10 * mega);
    await expect(check(zip([{ name: 'a.xml', data, claimed: 1000 }]))).rejects.toThrow(
      refusal(415, /damaged/),
    );
  });

  it('whose header in front of an entry says other than its table of contents is refused', async () => {
    const lie = zip([{ name: 'a.xml', data: 'x', claimedLocally: 4_000_000_000 }]);
    await expect(check(lie)).rejects.toThrow(refusal(415, /damaged/));
  });

  it('with something between its entries that the table of contents does not name is refused', async () => {
    const hidden = zip([{ name: 'hidden.xml', data: Buffer.alloc(1000, 'ab') }]);
    const end = hidden.length - 22;
    const start = hidden.readUInt32LE(end + 16);
    const open = zip([{ name: 'a.xml', data: 'x' }]);
    const both = Buffer.concat([hidden.subarray(0, start), open]);
    both.writeUInt32LE(start + open.readUInt32LE(open.length - 6), both.length - 6);
    both.writeUInt32LE(start, both.readUInt32LE(both.length - 6) + 42);
    await expect(check(both)).rejects.toThrow(refusal(415, /damaged/));
  });

  it('with something in front of its table of contents that the table does not name is refused', async () => {
    const whole = zip([{ name: 'a.xml', data: 'x' }]);
    const hidden = zip([{ name: 'hidden.xml', data: Buffer.alloc(1000, 'ab') }]);
    const start = whole.readUInt32LE(whole.length - 6);
    const added = hidden.subarray(0, hidden.readUInt32LE(hidden.length - 6));
    const both = Buffer.concat([whole.subarray(0, start), added, whole.subarray(start)]);
    both.writeUInt32LE(start + added.length, both.length - 6);
    await expect(check(both)).rejects.toThrow(refusal(415, /damaged/));
  });

  it('with more than 10,000 entries is refused', async () => {
    const bytes = zip([{ name: 'a.xml', data: 'x' }]);
    bytes.writeUInt16LE(10_001, bytes.length - 12);
    await expect(check(bytes)).rejects.toThrow(refusal(422, /unpacks to/));
  });

  it('that is protected by a password is reported as such', async () => {
    await expect(check(zip([{ name: 'a.xml', data: 'x', flags: 1 }]))).rejects.toThrow(
      refusal(415, /password/),
    );
  });

  it('that is cut off anywhere is refused with a reason', async () => {
    const whole = zip([{ name: 'a.xml', data: 'some text' }]);
    for (let length = 0; length < whole.length; length += 7)
      await expect(check(whole.subarray(0, length))).rejects.toThrow(refusal(415, /incomplete or damaged/));
  });
});
