/** Scoring a CSV file with a model file, without a database: as an upload would, but without retention rules. */
import { Unprocessable } from '../../errors.ts';
import type { Model } from '../../ml/model/model.ts';
import { defaultSettings } from '../../store/settings.ts';
import { rejectedHeader, rejectedLine, scoredHeader, scoredLine } from '../batches/output.ts';
import { byteOrderMark } from '../csv/writer.ts';
import { customerIdOf, toCustomer, unreadable } from '../batches/rows.ts';
import type { FirstLine } from '../csv/first-line.ts';
import type { CsvIntake } from '../csv/intake.ts';
import { withPreparedCsv } from '../csv/prepared.ts';
import { readCsvChunks } from '../csv/reader.ts';
import type { CsvRow } from '../csv/reader.ts';
import { guessMapping } from '../batches/mapping.ts';
import type { ColumnMapping } from '../batches/mapping.ts';
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
  readonly scored: (text: string) => Promise<void>;
  readonly rejected: (text: string) => Promise<void>;
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

const rowsPerChunk = 1_000;
const { mediumFrom, highFrom, valueMonths } = defaultSettings;
const rules = { mediumFrom, highFrom, valueMonths, rules: [] };

/** @throws AppError when the file cannot be used, naming every column that is missing. */
export function scoreFile(
  { model, label: modelLabel }: { readonly model: Model; readonly label: string },
  path: string,
  options: FileOptions,
  output: FileOutput,
): Promise<FileSummary> {
  const scoreAll = async (prepared: string, intake: CsvIntake): Promise<FileSummary> => {
    const { header, format } = intake;
    const mapping = mapColumns(model, header, options);
    const shape = { columnCount: header.length, format };
    const counts = {
      rows: 0,
      scored: 0,
      rejected: 0,
      noted: 0,
      low: 0,
      medium: 0,
      high: 0,
      blank: intake.blankCount,
    };
    await output.scored(byteOrderMark + scoredHeader(header, format));
    await output.rejected(byteOrderMark + rejectedHeader(header, format));
    for (const chunk of scoredChunks(model, prepared, intake, mapping)) {
      let scored = '';
      let rejected = '';
      for (const { row, result } of chunk) {
        const { cells } = row.reading;
        counts.rows++;
        if (result.ok) {
          scored += scoredLine(cells, result.customer, modelLabel, format);
          counts.scored++;
          counts[result.customer.riskLevel]++;
          if (result.customer.notes.length > 0) counts.noted++;
        } else {
          rejected += rejectedLine({ rowNumber: row.rowNumber, cells, problems: result.problems }, shape);
          counts.rejected++;
        }
      }
      await output.scored(scored);
      await output.rejected(rejected);
    }
    return counts;
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
    const mapping = mapColumns(model, intake.header, options);
    const explained: ExplainedRow[] = [];
    for (const chunk of scoredChunks(model, prepared, intake, mapping)) {
      for (const { row, result } of chunk) {
        const customer = customerIdOf(row.reading.cells, mapping);
        if (options.customer !== null && options.customer !== customer) continue;
        if (explained.length >= options.limit) return explained;
        explained.push({ row: row.rowNumber, customer, result });
      }
    }
    return explained;
  };
  return withPreparedCsv(path, explainRows, options.firstLine);
}

function mapColumns(model: Model, header: readonly string[], { allowMissing }: FileOptions): ColumnMapping {
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

function* scoredChunks(
  model: Model,
  prepared: string,
  { header, format }: CsvIntake,
  mapping: ColumnMapping,
): Generator<{ row: CsvRow; result: ScoreResult }[]> {
  const scorer = createScorer(model, rules, rowsPerChunk);
  const shape = { delimiter: format.delimiter, columnCount: header.length };
  for (const { rows } of readCsvChunks(prepared, shape, rowsPerChunk)) {
    const readable = rows.flatMap(({ reading }) => (reading.ok ? [toCustomer(reading.cells, mapping)] : []));
    const results = scoreCustomers(scorer, readable, format.decimal);
    let next = 0;
    yield rows.map((row) => ({
      row,
      result: row.reading.ok ? results[next++]! : { ok: false, problems: [unreadable(row)] },
    }));
  }
}
