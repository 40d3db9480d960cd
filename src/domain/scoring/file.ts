/** Scoring a CSV file with a model file, without a database: as an upload would, but without retention rules. */
import { Unprocessable } from '../../errors.ts';
import type { CellProblem } from '../../ml/data/row-reader.ts';
import type { Model } from '../../ml/model/model.ts';
import { textAt } from '../../store/score-files/encoding.ts';
import { noPast } from '../retention/past/table.ts';
import { defaultSettings } from '../../store/settings.ts';
import { createBlockPlan } from '../batches/blocks/block-plan.ts';
import type { BlockTask } from '../batches/blocks/block-work.ts';
import { noCounts, sumOf } from '../batches/blocks/counts.ts';
import { readBlocks } from '../batches/blocks/cut.ts';
import { inOrder } from '../batches/blocks/runner.ts';
import type { OpenRunner } from '../batches/blocks/runner.ts';
import { readBlock } from '../batches/blocks/scan.ts';
import type { TypedBlock } from '../batches/blocks/typed-block.ts';
import { guessMapping } from '../batches/mapping.ts';
import type { ColumnMapping } from '../batches/mapping.ts';
import { rejectedHeader, scoredHeader } from '../batches/output.ts';
import { customerIdOf, toCustomer } from '../batches/rows.ts';
import type { FirstLine } from '../csv/first-line.ts';
import type { CsvIntake } from '../csv/intake.ts';
import { withPreparedCsv } from '../csv/prepared.ts';
import { fileStart } from '../csv/reader.ts';
import { readRecord } from '../csv/records.ts';
import { byteOrderMark } from '../csv/writer.ts';
import { createScorer, scoreCustomers } from './scoring.ts';
import type { ScoreResult } from './scoring.ts';

export interface FileSummary {
  readonly rows: number;
  readonly scored: number;
  readonly rejected: number;
  /** Rows of empty cells, which are in none of the other counts. */
  readonly blank: number;
  /** Scored with something missing, unseen or out of range. */
  readonly noted: number;
  readonly low: number;
  readonly medium: number;
  readonly high: number;
}

/** Where the lines of the two result files go. */
export interface FileOutput {
  readonly scored: (lines: string | Uint8Array) => Promise<void>;
  readonly rejected: (lines: string | Uint8Array) => Promise<void>;
}

export interface ExplainedRow {
  /** As a spreadsheet counts. */
  readonly row: number;
  readonly customer: string | null;
  readonly result: ScoreResult;
}

interface FileOptions {
  /** Features that the file lacks count as missing in every row; otherwise they are refused. */
  readonly allowMissing: boolean;
  /** What the first line holds; null: to be detected. */
  readonly firstLine: FirstLine | null;
}

const { mediumFrom, highFrom, valueMonths, valueMargin } = defaultSettings;
const rules = { mediumFrom, highFrom, valueMonths, valueMargin, rules: [] };

/** @throws AppError when the file cannot be used, naming every column that is missing. */
export function scoreFile(
  { model, label: modelLabel }: { readonly model: Model; readonly label: string },
  path: string,
  options: FileOptions & { readonly openRunner: OpenRunner },
  output: FileOutput,
): Promise<FileSummary> {
  const scoreAll = async (prepared: string, intake: CsvIntake): Promise<FileSummary> => {
    const { header, format, byteSize, blankCount } = intake;
    const source = sourceOf(model, intake, options);
    const columnCount = header.length;
    const scoring = { model, modelLabel, rules, past: noPast, format, columnCount, isBatch: false };
    const runner = options.openRunner({ source, scoring, isCheck: false, keepsColumns: false }, byteSize);
    let counts = noCounts;
    try {
      await output.scored(byteOrderMark + scoredHeader(header, format));
      await output.rejected(byteOrderMark + rejectedHeader(header, format));
      const blocks = readBlocks(prepared, format.delimiter, fileStart, runner);
      for await (const result of inOrder(blocks, runner)) {
        await output.scored(result.scored!.lines);
        await output.rejected(result.rejected);
        counts = sumOf(counts, result.scored!.counts);
      }
    } finally {
      await runner.close();
    }
    const { scoredCount: scored, rejectedCount: rejected, notedCount: noted } = counts;
    const { lowCount: low, mediumCount: medium, highCount: high } = counts;
    return { rows: scored + rejected, scored, rejected, noted, low, medium, high, blank: blankCount };
  };
  return withPreparedCsv(path, scoreAll, options.firstLine);
}

/** The first `limit` rows with all their reasons, or those of one customer. */
export function explainFile(
  model: Model,
  path: string,
  options: FileOptions & { readonly limit: number; readonly customer: string | null },
): Promise<ExplainedRow[]> {
  const explainRows = (prepared: string, intake: CsvIntake): ExplainedRow[] => {
    const source = sourceOf(model, intake, options);
    const plan = createBlockPlan(source);
    const explain = createExplainer(model, source);
    const explained: ExplainedRow[] = [];
    for (const raw of readBlocks(prepared, source.format.delimiter)) {
      for (const row of rowsOf(readBlock(plan, raw), source.mapping)) {
        if (options.customer !== null && options.customer !== row.customer) continue;
        if (explained.length >= options.limit) return explained;
        explained.push({ row: row.rowNumber, customer: row.customer, result: explain(row) });
      }
    }
    return explained;
  };
  return withPreparedCsv(path, explainRows, options.firstLine);
}

function sourceOf(model: Model, { header, format }: CsvIntake, options: FileOptions): BlockTask['source'] {
  const { schema } = model;
  return { schema, mapping: mapColumns(model, header, options), format, columnCount: header.length };
}

/** @throws AppError 422 that names the columns that the file lacks, unless they may be missing */
export function mapColumns(
  model: Model,
  header: readonly string[],
  { allowMissing }: Pick<FileOptions, 'allowMissing'>,
): ColumnMapping {
  const mapping = guessMapping(model.schema, header);
  const absent = model.schema.features.filter((_, j) => mapping.features[j] === null);
  if (absent.length > 0 && !allowMissing) {
    const names = absent.map(({ name }) => name).join(', ');
    throw new Unprocessable([
      { field: 'file', message: `The file has no column for: ${names}. It has ${header.join(', ')}.` },
    ]);
  }
  return mapping;
}

interface FileRow {
  readonly rowNumber: number;
  readonly customer: string | null;
  /** Its bytes, or why it cannot be scored. */
  readonly content: Buffer | readonly CellProblem[];
}

/** Accepted and rejected rows in the order of the file. */
function* rowsOf(block: TypedBlock, mapping: ColumnMapping): Generator<FileRow> {
  const { rowCount, rejects, rowNumbers, identifiers, bytes, starts, lengths } = block;
  let next = 0;
  for (let row = 0; row <= rowCount; row++) {
    for (; rejects[next]?.before === row; next++) {
      const { rowNumber, cells, problems } = rejects[next]!;
      yield { rowNumber, customer: customerIdOf(cells, mapping), content: problems };
    }
    if (row === rowCount) return;
    const customer = textAt(identifiers, row) || null;
    const content = bytes.subarray(starts[row], starts[row]! + lengths[row]!);
    yield { rowNumber: rowNumbers[row]!, customer, content };
  }
}

/** Scores one row with all its reasons, which blocks do not keep. */
function createExplainer(
  model: Model,
  { format, mapping, columnCount }: BlockTask['source'],
): (row: FileRow) => ScoreResult {
  const scorer = createScorer(model, rules);
  return ({ content }) => {
    if (!Buffer.isBuffer(content)) return { ok: false, problems: content };
    const { cells } = readRecord(content, format.delimiter, columnCount);
    return scoreCustomers(scorer, [toCustomer(cells, mapping)], format.decimal)[0]!;
  };
}
