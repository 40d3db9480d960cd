/**
 * The lines of the result file as bytes: for a block of rows, the cells of each and what is known of it. A plain
 * line is copied as it stands in the upload; what is appended consists of words that are written once.
 */
import type { Feature } from '../../../ml/data/schema.ts';
import type { DecimalSign } from '../../../ml/data/values.ts';
import type { CsvFormat } from '../../csv/intake.ts';
import { readRecord } from '../../csv/records.ts';
import { safeCell, safeCells } from '../../csv/writer.ts';
import { rejectedLine, unscoredLine } from '../output.ts';
import type { LineShape } from '../output.ts';
import { ByteWriter, viewed } from './byte-writer.ts';
import type { Word } from './byte-writer.ts';
import { createReasonCells } from './reason-cells.ts';
import type { SpareMemory } from '../../../spare-memory.ts';
import { reasonsPerRow } from '../../../store/score-files/group.ts';
import type { TypedBlock } from './typed-block.ts';

/** What the lines of a file have in common. */
export interface LinePlan extends LineShape {
  readonly features: readonly Feature[];
  /** Rows that cannot be scored stand among the others. */
  readonly listsRejected: boolean;
  readonly threshold: number;
  readonly mediumFrom: number;
  readonly highFrom: number;
  /** Action k of a row is `actions[k - 1]`. */
  readonly actions: readonly string[];
  readonly modelLabel: string;
  /** For the bytes of the lines. */
  readonly spare: SpareMemory;
}

/** What the model and the rules say, one entry a row, or three for the reasons. */
export interface BlockScores {
  readonly probability: Float64Array;
  readonly actions: Uint16Array;
  readonly expectedSaving: Float64Array;
  readonly reasonFeatures: Uint16Array;
  readonly reasonPoints: Float32Array;
}

/** The lines of the file of rejected rows. */
export function rejectedLines({ rejects }: TypedBlock, shape: LineShape): Buffer {
  return Buffer.from(rejects.map((row) => rejectedLine(row, shape)).join(''));
}

/** The lines of the file of all rows. */
export function createScoredLines(plan: LinePlan): (block: TypedBlock, scores: BlockScores) => Buffer {
  const { format, columnCount, listsRejected, threshold, mediumFrom, highFrom } = plan;
  const { delimiter, decimal } = format;
  const out = new ByteWriter(plan.spare);
  const words = wordsOf(out, plan);
  const writeReason = createReasonCells(out, plan);
  const writeNumber = createNumberWriter(out, delimiter, decimal);
  /** How much longer the lines become, as far as is known. */
  let growth = 2;

  return (block, scores) => {
    out.clear(block.bytes.length * growth);
    const source = viewed(block.bytes);
    let nextReject = 0;
    const writeRejects = (before: number): void => {
      if (!listsRejected) return;
      for (; block.rejects[nextReject]?.before === before; nextReject++)
        out.text(unscoredLine(block.rejects[nextReject]!, plan));
    };

    for (let row = 0; row < block.rowCount; row++) {
      if (block.rejects[nextReject]?.before === row) writeRejects(row);
      const start = block.starts[row]!;
      const end = start + block.lengths[row]!;
      out.makeRoom(end - start);
      if (block.isPlain[row] === 1) out.copy(source, start, end);
      else out.text(escapedLine(block.bytes.subarray(start, end), format, columnCount));
      const probability = scores.probability[row]!;
      out.word(probability >= threshold ? words.churn : words.stays);
      writeNumber(probability);
      if (probability >= highFrom) out.word(words.high);
      else out.word(probability >= mediumFrom ? words.medium : words.low);
      for (let k = row * reasonsPerRow; k < (row + 1) * reasonsPerRow; k++)
        writeReason(block.inputs, row, scores.reasonFeatures[k]!, scores.reasonPoints[k]!);
      out.word(words.actions[scores.actions[row]!]!);
      const saving = scores.expectedSaving[row]!;
      if (saving === saving) writeNumber(Math.round(saving * 100) / 100);
      out.word(words.model);
      if (block.noted[row] === 1) out.text(safeCell(block.notes(row).join('; '), delimiter));
      out.word(words.lineEnd);
    }
    writeRejects(block.rowCount);
    const lines = out.take();
    growth = (1.05 * lines.length) / block.bytes.length;
    return lines;
  };
}

/** Cells that are the same in many lines, with the delimiters around them. */
function wordsOf(out: ByteWriter, { format: { delimiter }, actions, modelLabel }: LinePlan) {
  const between = (text: string): Word => out.keep(`${delimiter}${safeCell(text, delimiter)}${delimiter}`);
  const after = (text: string): Word => out.keep(`${delimiter}${safeCell(text, delimiter)}`);
  return {
    churn: between('Churn'),
    stays: between('No-churn'),
    low: after('low'),
    medium: after('medium'),
    high: after('high'),
    actions: ['', ...actions].map(between),
    model: between(modelLabel),
    lineEnd: out.keep('\r\n'),
  };
}

/** The cells of a row as people may open them. */
function escapedLine(bytes: Buffer, { delimiter }: CsvFormat, columnCount: number): string {
  return safeCells(readRecord(bytes, delimiter, columnCount).cells, delimiter);
}

function createNumberWriter(out: ByteWriter, delimiter: string, decimal: DecimalSign) {
  const sign = decimal.charCodeAt(0);
  if (decimal !== delimiter)
    return (value: number): void => {
      out.number(value, sign);
    };
  return (value: number): void => {
    out.text(safeCell(String(value).replace('.', decimal), delimiter));
  };
}
