/**
 * The repair desk: rejected rows of an upload, mended in the browser, become a small upload of their own that
 * goes through the same door; and levels that a file calls otherwise are explained once and remembered.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import { Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { addRow, clearRows, createRowBatch } from '../ml/row-reader.ts';
import type { CellProblem } from '../ml/row-reader.ts';
import type { Feature } from '../ml/schema.ts';
import { recordEvent } from '../store/audit.ts';
import { insertBatch, getBatch } from '../store/batches.ts';
import type { BatchRecord } from '../store/batches.ts';
import { getModel } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';
import { listRememberedNames, rememberNames } from '../store/remembered-names.ts';
import type { User } from './accounts.ts';
import type { CheckReport } from './batch-check.ts';
import { batchFile } from './batch-files.ts';
import { toCustomer } from './batch-rows.ts';
import { checkBatchLater } from './batches.ts';
import type { CsvFormat } from './csv/intake.ts';
import { takeInCsv } from './csv/intake.ts';
import { readCsvChunks } from './csv/reader.ts';
import { foldLevel, levelMeanings } from './mapping.ts';
import type { ColumnMapping } from './mapping.ts';
import { writeWhole } from './model-files.ts';

/** Rows on one page of the desk. */
export const rowsPerPage = 50;

/** A cell that keeps its row from being scored. */
export interface BadCell {
  readonly feature: string;
  /** Its place in the file's header. */
  readonly place: number;
  readonly found: string;
  readonly expected: string;
  /** What may be chosen, where there is a list. */
  readonly levels: readonly string[];
}

export interface BadRow {
  readonly rowNumber: number;
  readonly cells: readonly string[];
  /** Empty: the row as a whole cannot be read, and must be mended in the file. */
  readonly problems: readonly BadCell[];
  readonly reason: string;
}

export interface UnknownLevel {
  readonly feature: string;
  readonly found: string;
  readonly count: number;
  readonly levels: readonly string[];
  /** What it was said to mean. */
  readonly meaning: string | null;
}

/** Rejected rows of a finished upload, `rowsPerPage` at a time, and whether there are more. */
export async function listBadRows(
  db: Db,
  uploadsDir: string,
  batch: BatchRecord,
  page: number,
): Promise<{ readonly rows: readonly BadRow[]; readonly hasMore: boolean }> {
  const path = join(uploadsDir, batchFile(batch, 'rejected'));
  if (!existsSync(path)) return { rows: [], hasMore: false };
  const model = await getModel(db, batch.modelId ?? 0);
  const from = (page - 1) * rowsPerPage;
  const rows: BadRow[] = [];
  let seen = 0;
  // Three columns stand before those of the file: row, column, reason.
  for (const chunk of readCsvChunks(
    path,
    (batch.format as CsvFormat).delimiter,
    batch.header.length + 3,
    1_000,
  )) {
    for (const { reading } of chunk.rows) {
      if (seen++ < from) continue;
      if (rows.length === rowsPerPage) return { rows, hasMore: true };
      rows.push(toBadRow(batch, model, reading.cells));
    }
  }
  return { rows, hasMore: false };
}

/** Levels that the check of the file found and the model has never seen. */
export async function listUnknownLevels(db: Db, batch: BatchRecord): Promise<UnknownLevel[]> {
  const report = batch.report as CheckReport | null;
  const model = batch.modelId === null ? null : await getModel(db, batch.modelId);
  if (!report || !model) return [];
  const known = levelMeanings(model.schema, await listRememberedNames(db));
  return report.groups.flatMap(({ kind, column, detail, count }) => {
    const feature = model.schema.features.find(({ name }) => name === column);
    if (kind !== 'unseen' || !feature || detail === '') return [];
    const meanings = known.find((one) => one.feature === column)?.meanings ?? {};
    const meaning = Object.hasOwn(meanings, foldLevel(detail)) ? meanings[foldLevel(detail)]! : null;
    return [{ feature: column, found: detail, count, levels: feature.levels, meaning }];
  });
}

/** Remembers what levels mean; a file that is not scored yet is checked again with it. */
export async function explainLevels(
  db: Db,
  user: User,
  batch: BatchRecord,
  meanings: readonly { readonly feature: string; readonly found: string; readonly level: string }[],
): Promise<void> {
  const model = await getModel(db, batch.modelId ?? 0);
  const names = meanings.map(({ feature, found, level }) => ({
    ...{ kind: 'level' as const, feature, level },
    found: foldLevel(found),
  }));
  await rememberNames(db, names);
  await recordEvent(db, {
    userId: user.id,
    action: 'levels.explained',
    subject: batch.originalName,
    after: { meanings: names.length },
  });
  if (batch.state !== 'checked') return;
  const levels = levelMeanings(model.schema, await listRememberedNames(db));
  await checkBatchLater(db, user, batch.id, model, { ...(batch.mapping as ColumnMapping), levels });
}

/** What was typed into the desk: row number → place in the header → text. */
export type Mends = ReadonlyMap<number, ReadonlyMap<number, string>>;

/**
 * Makes an upload of the rows that were changed, checks it and gives its id.
 * @throws Unprocessable with every cell that still cannot be read
 */
export async function mendRows(
  db: Db,
  config: Config,
  user: User,
  batch: BatchRecord,
  rows: readonly BadRow[],
  mends: Mends,
): Promise<number> {
  const model = await getModel(db, batch.modelId ?? 0);
  const mended = rows.flatMap((row) => mendRow(row, mends.get(row.rowNumber)));
  if (mended.length === 0)
    throw new Unprocessable([{ field: 'rows', message: 'Nothing was changed. Mend one row at least.' }]);
  const errors = mended.flatMap((row) => stillWrong(batch, model, row));
  if (errors.length > 0) throw new Unprocessable(errors);
  return receiveMended(db, config, user, batch, model, mended);
}

function mendRow(row: BadRow, typed: ReadonlyMap<number, string> | undefined): BadRow[] {
  const changed = row.problems.some(({ place, found }) => (typed?.get(place) ?? found) !== found);
  if (!typed || !changed) return [];
  return [{ ...row, cells: row.cells.map((cell, place) => typed.get(place) ?? cell) }];
}

function stillWrong(batch: BatchRecord, model: ModelRecord, row: BadRow): FieldError[] {
  return problemsOf(batch, model, row.cells).map(({ column, found, expected }) => ({
    field: `r${row.rowNumber}_${placeOf(batch, model, column)}`,
    message: `Row ${row.rowNumber}, ${column}: found '${found.slice(0, 60)}', expected ${expected}.`,
  }));
}

async function receiveMended(
  db: Db,
  config: Config,
  user: User,
  batch: BatchRecord,
  model: ModelRecord,
  rows: readonly BadRow[],
): Promise<number> {
  const { delimiter } = batch.format as CsvFormat;
  const file = randomBytes(16).toString('hex');
  const text = stringify([[...batch.header], ...rows.map(({ cells }) => [...cells])], { delimiter });
  await writeWhole(join(config.uploadsDir, file), text);
  const intake = await takeInCsv(join(config.uploadsDir, file));
  // The decimal sign is the file's own: a few rows do not tell it.
  const format = { ...intake.format, decimal: (batch.format as CsvFormat).decimal, delimiter };
  const id = await insertBatch(db, {
    ...{ ...intake, format, file, userId: user.id, isSample: false, mendsBatchId: batch.id },
    originalName: `${batch.originalName} (mended)`.slice(0, 255),
  });
  await recordEvent(db, {
    userId: user.id,
    action: 'batch.mended',
    subject: batch.originalName,
    after: { rows: rows.length },
  });
  await checkBatchLater(db, user, (await getBatch(db, id)).id, model, batch.mapping as ColumnMapping);
  return id;
}

function toBadRow(batch: BatchRecord, model: ModelRecord, line: readonly string[]): BadRow {
  const [rowNumber = '', , reason = '', ...escaped] = line;
  const cells = escaped.map(withoutApostrophe);
  const problems = problemsOf(batch, model, cells).flatMap(({ column, found, expected }) => {
    const feature = model.schema.features.find(({ name }) => name === column)!;
    const place = placeOf(batch, model, column);
    return place === null ? [] : [{ feature: column, place, found, expected, levels: levelsOf(feature) }];
  });
  // A ragged row was made to fit when it was written down: what stands in it may be in the wrong columns.
  const isWhole = (line[1] ?? '').startsWith('whole row');
  return { rowNumber: Number(rowNumber), cells, problems: isWhole ? [] : problems, reason };
}

function problemsOf(
  batch: BatchRecord,
  model: ModelRecord,
  cells: readonly string[],
): readonly CellProblem[] {
  const reader = createRowBatch(model.schema.features, 1);
  clearRows(reader);
  const customer = toCustomer(cells, batch.mapping as ColumnMapping);
  return addRow(reader, customer.cells, (batch.format as CsvFormat).decimal).problems;
}

function placeOf(batch: BatchRecord, model: ModelRecord, feature: string): number | null {
  const j = model.schema.features.findIndex(({ name }) => name === feature);
  return (batch.mapping as ColumnMapping).features[j] ?? null;
}

function levelsOf({ type, levels }: Feature): readonly string[] {
  return type === 'category' || type === 'boolean' ? levels : [];
}

/** Takes back what keeps a spreadsheet from running a cell (batch-output.ts). */
function withoutApostrophe(cell: string): string {
  return /^'[=+\-@\t\r\0]/.test(cell) ? cell.slice(1) : cell;
}
