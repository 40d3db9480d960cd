/**
 * The rows of a scored file as they are sent: those of high risk only, without an action for whom must not be contacted, and
 * with the levels that people have set since.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import type { BatchRecord } from '../../store/batches.ts';
import type { SetLevel } from '../../store/set-levels.ts';
import { doNotContact } from '../campaigns/do-not-contact.ts';
import type { DoNotContact } from '../campaigns/do-not-contact.ts';
import { createRecordSplitter, readRecord } from '../csv/records.ts';
import { safeLine } from '../csv/writer.ts';
import { appendedPlace } from './output.ts';

const blockBytes = 1 << 18;
const longestIdentifier = 200;

export interface ResultLines {
  readonly batch: Pick<BatchRecord, 'header' | 'format' | 'mapping'>;
  readonly onlyHigh: boolean;
  readonly left: DoNotContact;
  /** Levels that people have set, by customer. */
  readonly set: ReadonlyMap<string, SetLevel>;
}

/** Rows that stay as they are come byte for byte. */
export function* resultLines(path: string, wanted: ResultLines): Generator<Buffer> {
  const { delimiter } = wanted.batch.format;
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
      for (const span of spans) {
        const line = held.subarray(span.start, span.next);
        const sent = isHeader ? line : lineAsSent(line, held.subarray(span.start, span.end), wanted);
        isHeader = false;
        if (sent !== null) yield sent;
      }
      held = held.subarray(spans.at(-1)?.next ?? 0);
    }
  } finally {
    closeSync(file);
  }
}

/** `record`: the line without its end. Null: it is left out. */
function lineAsSent(
  line: Buffer,
  record: Buffer,
  { batch, onlyHigh, left, set }: ResultLines,
): Buffer | null {
  const { header, format, mapping } = batch;
  const { delimiter } = format;
  const reading = readRecord(record, delimiter, null);
  if (!reading.ok) return onlyHigh ? null : line;
  const { cells } = reading;
  const placeOf = (name: Parameters<typeof appendedPlace>[0]): number => header.length + appendedPlace(name);
  const customerId = (cells[mapping?.identifier ?? -1] ?? '').trim().slice(0, longestIdentifier);
  // A row that was not scored has no level and no action.
  const isScored = cells[placeOf('churn_probability')] !== '';
  const setLevel = isScored ? set.get(customerId) : undefined;
  if (onlyHigh && (setLevel?.level ?? cells[placeOf('risk_level')]) !== 'high') return null;
  const isLeft = isScored && customerId !== '' && left.has(customerId);
  if (!isLeft && setLevel === undefined) return line;
  const marked = [...cells];
  if (isLeft) {
    marked[placeOf('recommended_action')] = doNotContact;
    marked[placeOf('expected_saving')] = '';
  }
  if (setLevel !== undefined) {
    const notes = [cells[placeOf('notes')], setLevelNote(setLevel, cells[placeOf('risk_level')] ?? '')];
    marked[placeOf('risk_level')] = setLevel.level;
    marked[placeOf('notes')] = notes.filter(Boolean).join('; ');
  }
  return Buffer.from(safeLine(marked, { delimiter, lineEnd: '\r\n' }));
}

function setLevelNote({ setBy, endsOn }: SetLevel, modelLevel: string): string {
  return `Risk level set by ${setBy ?? 'a former user'} until ${endsOn}, the model says ${modelLevel}`;
}
