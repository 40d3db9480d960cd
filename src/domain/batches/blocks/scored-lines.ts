/**
 * The lines of the result file as bytes: the same text as `scoredLine` and `unscoredLine`, for a block of rows. A plain
 * line is copied as it stands in the upload; what is appended consists of words that are written once.
 */
import type { Feature } from '../../../ml/data/schema.ts';
import type { DecimalSign } from '../../../ml/data/values.ts';
import { readRecord } from '../../csv/records.ts';
import { safeCell, safeCells } from '../../csv/writer.ts';
import { rejectedLine, unscoredLine } from '../output.ts';
import type { LineShape } from '../output.ts';
import { ByteWriter, viewed } from './byte-writer.ts';
import type { Word } from './byte-writer.ts';
import { createReasonCells } from './reason-cells.ts';
import { noReason, reasonsPerRow } from '../../../store/score-files/group.ts';
import type { TypedBlock } from './typed-block.ts';

/** What the lines of a file have in common. */
export interface LinePlan extends LineShape {
  readonly features: readonly Feature[];
  readonly threshold: number;
  readonly mediumFrom: number;
  readonly highFrom: number;
  /** Action k of a row is `actions[k - 1]`. */
  readonly actions: readonly string[];
  readonly modelLabel: string;
}

/** What the model and the rules say, one entry a row, or three for the reasons. */
export interface BlockScores {
  readonly probability: Float64Array;
  readonly actions: Uint16Array;
  readonly expectedSaving: Float64Array;
  readonly reasonFeatures: Uint16Array;
  readonly reasonPoints: Float32Array;
}

/** About how many bytes are appended to a line. */
const appendedBytes = 200;

/** The lines of the file of rejected rows. */
export function rejectedLines({ rejects }: TypedBlock, shape: LineShape): Buffer {
  return Buffer.from(rejects.map((row) => rejectedLine(row, shape)).join(''));
}

/** The lines of the file of all rows. */
export function createScoredLines(plan: LinePlan): (block: TypedBlock, scores: BlockScores) => Buffer {
  const { format, columnCount, threshold, mediumFrom, highFrom } = plan;
  const { delimiter, decimal } = format;
  const out = new ByteWriter();
  const cell = (text: string): Word => out.keep(delimiter + safeCell(text, delimiter));
  const words = {
    churn: cell('Churn'),
    stays: cell('No-churn'),
    levels: { low: cell('low'), medium: cell('medium'), high: cell('high') },
    actions: [cell(''), ...plan.actions.map(cell)],
    model: cell(plan.modelLabel),
    separator: out.keep(delimiter),
    lineEnd: out.keep('\r\n'),
  };
  const writeReason = createReasonCells(out, plan);
  const writeNumber = createNumberWriter(out, delimiter, decimal);

  return (block, scores) => {
    out.clear(block.bytes.length + block.rowCount * appendedBytes);
    const source = viewed(block.bytes);
    let nextReject = 0;
    const writeRejects = (before: number): void => {
      for (; block.rejects[nextReject]?.before === before; nextReject++)
        out.text(unscoredLine(block.rejects[nextReject]!, plan));
    };
    const writeCopy = (row: number): void => {
      const [start, end] = [block.starts[row]!, block.starts[row]! + block.lengths[row]!];
      if (block.isPlain[row] === 1) out.copy(source, start, end);
      else {
        const { cells } = readRecord(block.bytes.subarray(start, end), delimiter, columnCount);
        out.text(safeCells(cells, delimiter));
      }
    };

    for (let row = 0; row < block.rowCount; row++) {
      if (block.rejects[nextReject]?.before === row) writeRejects(row);
      writeCopy(row);
      const probability = scores.probability[row]!;
      out.word(probability >= threshold ? words.churn : words.stays);
      out.word(words.separator);
      writeNumber(probability);
      out.word(
        probability >= highFrom
          ? words.levels.high
          : probability >= mediumFrom
            ? words.levels.medium
            : words.levels.low,
      );
      for (let k = row * reasonsPerRow; k < (row + 1) * reasonsPerRow; k++) {
        out.word(words.separator);
        if (scores.reasonFeatures[k] !== noReason)
          writeReason(block.inputs, row, scores.reasonFeatures[k]!, scores.reasonPoints[k]!);
      }
      out.word(words.actions[scores.actions[row]!]!);
      out.word(words.separator);
      const saving = scores.expectedSaving[row]!;
      if (saving === saving) writeNumber(Math.round(saving * 100) / 100);
      out.word(words.model);
      out.word(words.separator);
      if (block.noted[row] === 1) out.text(safeCell(block.notes(row).join('; '), delimiter));
      out.word(words.lineEnd);
    }
    writeRejects(block.rowCount);
    return out.take();
  };
}

function createNumberWriter(out: ByteWriter, delimiter: string, decimal: DecimalSign) {
  const sign = decimal.charCodeAt(0);
  if (decimal !== delimiter) return (value: number): void => out.number(value, sign);
  return (value: number): void => out.text(safeCell(String(value).replace('.', decimal), delimiter));
}
