import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createRecordSplitter, isBlankRecord, readRecord } from '../../../src/domain/csv/records.ts';
import { readCsvChunks } from '../../../src/domain/csv/reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-csv-'));
const file = join(folder, 'file.csv');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('splitting into records', () => {
  it('agrees with an independent writer, whatever the cells hold', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r', ' ', ';'), maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constant('x'), cell, cell), { minLength: 1 }),
        fc.constantFrom('\n', '\r\n'),
        (rows, lineEnd) => {
          const bytes = Buffer.from(stringify(rows, { record_delimiter: lineEnd, quoted_match: /[\r\n]/ }));
          const spans = createRecordSplitter(',').split(bytes, 0, true);
          expect(spans.map((span) => readRecord(bytes.subarray(span.start, span.end), ',', 3))).toEqual(
            rows.map((cells) => ({ ok: true, cells })),
          );
        },
      ),
    );
  });

  it('counts every record once, whatever the bytes, wherever the blocks end', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r'), maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        (text, size) => {
          const bytes = Buffer.from(text);
          expect(splitInBlocks(bytes, size)).toEqual(splitInBlocks(bytes, bytes.length + 1));
        },
      ),
    );
  });

  it('covers the file: each record begins where the last one ended', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ',', '\n', '\r'), maxLength: 60 }), (text) => {
        const spans = createRecordSplitter(',').split(Buffer.from(text), 0, true);
        let end = 0;
        for (const span of spans) {
          expect(span.start).toBe(end);
          end = span.next;
        }
        expect(end).toBe(text.length);
      }),
    );
  });
});

describe('reading in chunks', () => {
  it('from any checkpoint gives the rows that come after it', () => {
    const rows = Array.from({ length: 57 }, (_, i) => (i % 9 === 0 ? '' : `${i},"a\nb",${i}`));
    writeFileSync(file, ['id,text,n', ...rows].join('\r\n'));
    const whole = [...readCsvChunks(file, { delimiter: ',', columnCount: 3 }, 10)];
    for (const [i, chunk] of whole.entries()) {
      expect([...readCsvChunks(file, { delimiter: ',', columnCount: 3 }, 10, chunk.after)]).toEqual(
        whole.slice(i + 1),
      );
    }
    expect(whole.flatMap((chunk) => chunk.rows)).toHaveLength(rows.filter(Boolean).length);
  });
});

function splitInBlocks(bytes: Buffer, size: number): unknown {
  const splitter = createRecordSplitter(',');
  const found: unknown[] = [];
  let held = Buffer.alloc(0);
  let offset = 0;
  try {
    for (let at = 0; ; at += size) {
      const isLast = at >= bytes.length;
      held = Buffer.concat([held, bytes.subarray(at, at + size)]);
      for (const span of splitter.split(held, offset, isLast))
        found.push([span.start, span.end, isBlankRecord(span), span.line]);
      const next = splitterEnd(found, offset, bytes);
      held = held.subarray(next - offset);
      offset = next;
      if (isLast) return found;
    }
  } catch (error) {
    return [String(error)];
  }
}

/** Where the record after the last found one begins. */
function splitterEnd(found: readonly unknown[], offset: number, bytes: Buffer): number {
  const last = found.at(-1) as [number, number] | undefined;
  if (!last || last[1] < offset) return offset;
  const end = last[1];
  return end + (bytes[end] === 0x0d && bytes[end + 1] === 0x0a ? 2 : end < bytes.length ? 1 : 0);
}
