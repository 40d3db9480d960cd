/** The rows of a scored file with a high risk level, byte for byte. */
import { closeSync, openSync, readSync } from 'node:fs';
import { createRecordSplitter, readRecord } from '../csv/records.ts';
import type { CsvFormat } from '../csv/intake.ts';

const blockBytes = 1 << 18;
const levelPlace = 2;

export function* highRiskLines(
  path: string,
  header: readonly string[],
  { delimiter }: CsvFormat,
): Generator<Buffer> {
  const file = openSync(path, 'r');
  try {
    const splitter = createRecordSplitter(delimiter);
    let held: Buffer = Buffer.alloc(0);
    let position = 0;
    let isHeader = true;
    for (let isLast = false; !isLast;) {
      const block = Buffer.allocUnsafe(blockBytes);
      const length = readSync(file, block, 0, blockBytes, position);
      position += length;
      isLast = length === 0;
      held = Buffer.concat([held, block.subarray(0, length)]);
      const spans = splitter.split(held, 0, isLast);
      const kept = spans.filter((span) => {
        if (isHeader) {
          isHeader = false;
          return true;
        }
        const reading = readRecord(held.subarray(span.start, span.end), delimiter, null);
        return reading.ok && reading.cells[header.length + levelPlace] === 'high';
      });
      for (const span of kept) yield held.subarray(span.start, span.next);
      held = held.subarray(spans.at(-1)?.next ?? 0);
    }
  } finally {
    closeSync(file);
  }
}
