import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  createRecordSplitter,
  EndlessRecordError,
  isBlankRecord,
  isBlankRow,
} from '../../../src/domain/csv/records.ts';
import { forEachRecord } from '../../../src/domain/csv/record-walk.ts';
import { countRows, surveyCsv } from '../../../src/domain/csv/survey.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-survey-'));
const file = join(folder, 'file.csv');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const anyText = fc.string({
  unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', '\r\n', ',\n'),
  maxLength: 60,
});

describe('walking over the records of a block', () => {
  it('visits those that the splitter finds, whatever the bytes and whether more follow', () => {
    fc.assert(
      fc.property(anyText, fc.boolean(), (text, isLast) => {
        const bytes = Buffer.from(text);
        let expected: number[][] | null = null;
        try {
          expected = createRecordSplitter(',')
            .split(bytes, 0, isLast)
            .map(({ start, end }) => [start, end]);
        } catch {
          // A quotation mark is never closed: the records before it are visited.
        }
        const visited: number[][] = [];
        const end = forEachRecord(bytes, 0x2c, isLast, (start, to) => visited.push([start, to]));
        if (expected) expect(visited).toEqual(expected);
        expect(visited).toEqual(
          createRecordSplitter(',')
            .split(bytes.subarray(0, end), 0, true)
            .map(({ start, end: to }) => [start, to]),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('surveying a file', () => {
  it('counts its rows and its blank rows, and says where a quotation mark is never closed', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const bytes = Buffer.from(text);
        writeFileSync(file, bytes);
        const { rows, sha256, byteSize } = await surveyCsv(file, ',', 0);
        expect({ sha256, byteSize }).toEqual({
          sha256: createHash('sha256').update(bytes).digest('hex'),
          byteSize: bytes.length,
        });
        try {
          const spans = createRecordSplitter(',')
            .split(bytes, 0, true)
            .filter((span) => !isBlankRecord(span));
          const isBlank = spans.slice(1).map(({ start, end }) => isBlankRow(bytes.subarray(start, end), ','));
          const blankCount = isBlank.filter(Boolean).length;
          expect(rows).toEqual({ rowCount: isBlank.length - blankCount, blankCount });
          expect(await countRows(file, ',')).toEqual(rows);
        } catch (error) {
          if (!(error instanceof EndlessRecordError)) throw error;
          expect(rows).toEqual(error);
          await expect(countRows(file, ',')).rejects.toEqual(error);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('follows records and characters over the ends of the blocks that it reads', async () => {
    const mebibyte = 1 << 20;
    const start = `a,b\n1,"${'x'.repeat(mebibyte - 13)}`;
    const bytes = Buffer.from(`${start}\n"", é${'y\n'.repeat(mebibyte)}"\r\n,\r\n2,z`);
    expect(bytes.indexOf('é')).toBe(mebibyte - 1);
    writeFileSync(file, bytes);
    expect(await surveyCsv(file, ',', 0)).toEqual({
      sha256: createHash('sha256').update(bytes).digest('hex'),
      byteSize: bytes.length,
      encoding: 'utf-8',
      rows: { rowCount: 2, blankCount: 1 },
    });
  });

  it('does not take the marks of an encoding for text', async () => {
    writeFileSync(file, '\ufeff"a\n",b\n1,2\n');
    expect((await surveyCsv(file, ',', 3)).rows).toEqual({ rowCount: 1, blankCount: 0 });
  });

  it.each([
    ['plain', 'plain\n', 'utf-8'],
    ['more characters of UTF-8 than bad bytes', 'ö ä \xe9\n', 'utf-8'],
    ['bytes that stand alone', '\xe9 \xfc\n', 'windows-1252'],
  ])('finds the encoding of %s', async (_, text, encoding) => {
    // Only what is written as \x is a single byte.
    const parts = Array.from(text, (one) =>
      Buffer.from(one, one === '\xe9' || one === '\xfc' ? 'latin1' : 'utf8'),
    );
    writeFileSync(file, Buffer.concat(parts));
    expect((await surveyCsv(file, ',', 0)).encoding).toBe(encoding);
  });

  it('names the line of a record without an end', async () => {
    writeFileSync(file, 'a,b\r\n1,"x\ny"\r2,"never\n');
    expect((await surveyCsv(file, ',', 0)).rows).toEqual(new EndlessRecordError(4, true));
    writeFileSync(file, '\ufeffa\n"b');
    expect((await surveyCsv(file, ',', 3)).rows).toEqual(new EndlessRecordError(2, true));
    writeFileSync(file, `a,b\n1,${'x'.repeat(9 << 20)}\n`);
    expect((await surveyCsv(file, ',', 0)).rows).toEqual(new EndlessRecordError(2, false));
  });
});
