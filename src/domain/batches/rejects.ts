/**
 * The rejected rows of a batch: written to a file while the batch is checked, so that they can be fixed before anything
 * is scored, and again while it is scored. Pages of corrections read it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Db } from '../../db.ts';
import type { CellProblem } from '../../ml/data/row-reader.ts';
import type { Feature } from '../../ml/data/schema.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { localFiles } from '../../store/files/files.ts';
import { getModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { listRememberedNames } from '../../store/remembered-names.ts';
import type { UploadStore } from './batches.ts';
import { createCheckFile } from './check-file.ts';
import type { CheckFile } from './check-file.ts';
import { batchFile } from './files.ts';
import { rejectedHeader } from './output.ts';
import { byteOrderMark, withoutApostrophe } from '../csv/writer.ts';
import { toCustomer, wholeRow } from './rows.ts';
import { createCustomerReader, readCustomer } from '../scoring/customer-reading.ts';
import { readCsvChunks } from '../csv/reader.ts';
import { foldLevel, levelMeanings, mappingOf } from './mapping.ts';
import type { LevelMeanings } from './mapping.ts';

/** Rows on one page of corrections. */
export const rowsPerPage = 50;

/** Rows with more rejected cells, or longer ones, can only be fixed in the file: a form has its limits. */
const maxCellsPerRow = 20;
const maxCellLength = 200;

/** A cell that keeps its row from being scored. */
export interface RejectedCell {
  readonly feature: string;
  /** Its place in the file's header. */
  readonly place: number;
  readonly found: string;
  readonly expected: string;
  /** What may be chosen, where there is a list. */
  readonly levels: readonly string[];
  /** The value that people mapped it to; empty: none. */
  readonly suggested: string;
}

export interface RejectedRow {
  readonly rowNumber: number;
  readonly cells: readonly string[];
  /** Empty: this row can only be fixed in the file. */
  readonly problems: readonly RejectedCell[];
  readonly reason: string;
}

/** The rejects file of a check; scoring starts it again. */
export function createRejectsFile(uploadsDir: string, batch: BatchRecord): CheckFile {
  const head = Buffer.from(byteOrderMark + rejectedHeader(batch.header, batch.format));
  return createCheckFile(join(uploadsDir, batchFile(batch, 'rejected')), head);
}

/** Rejected rows of a batch that is checked or scored, `rowsPerPage` at a time, and whether there are more. */
export async function listRejectedRows(
  { db, uploadsDir, files = localFiles }: UploadStore,
  batch: BatchRecord,
  page: number,
): Promise<{ readonly rows: readonly RejectedRow[]; readonly hasMore: boolean }> {
  const path = join(uploadsDir, batchFile(batch, 'rejected'));
  await files.bring(db, [path]);
  if (!existsSync(path)) return { rows: [], hasMore: false };
  const context = await contextOf(db, batch);
  const from = (page - 1) * rowsPerPage;
  const rows: RejectedRow[] = [];
  let seen = 0;
  const { delimiter } = batch.format;
  const shape = { delimiter, columnCount: batch.header.length + columnsBefore };
  for (const chunk of readCsvChunks(path, shape, 500)) {
    for (const { reading } of chunk.rows) {
      if (seen++ < from) continue;
      if (rows.length === rowsPerPage) return { rows, hasMore: true };
      rows.push(toRejectedRow(context, reading.cells));
    }
    // A late page of a long file must not block other requests.
    await setImmediate();
  }
  return { rows, hasMore: false };
}

/** Row, column and reason precede the columns of the file. */
export const columnsBefore = 3;

interface RowContext {
  readonly batch: BatchRecord;
  readonly model: ModelRecord;
  readonly meanings: readonly LevelMeanings[];
}

async function contextOf(db: Db, batch: BatchRecord): Promise<RowContext> {
  const model = await getModel(db, batch.modelId ?? 0);
  return { batch, model, meanings: levelMeanings(model.schema, await listRememberedNames(db)) };
}

function toRejectedRow(context: RowContext, line: readonly string[]): RejectedRow {
  const [rowNumber = '', column = '', reason = '', ...escaped] = line;
  const cells = escaped.map(withoutApostrophe);
  // An unreadable row was padded or joined to fit the header when it was written: its cells may be in wrong columns.
  const problems = column === wholeRow ? [] : rejectedCells(context, cells);
  const isFixable = problems.length <= maxCellsPerRow;
  return { rowNumber: Number(rowNumber), cells, problems: isFixable ? problems : [], reason };
}

function rejectedCells({ batch, model, meanings }: RowContext, cells: readonly string[]): RejectedCell[] {
  const found = problemsOf(batch, model, cells).map((problem) => ({
    ...problem,
    place: placeOf(batch, model, problem.column),
  }));
  // There is no cell to change where the file has no column.
  if (found.some(({ place }) => place === null)) return [];
  return found.map(({ column, place, found: text, expected }) => {
    const known = meanings.find((one) => one.feature === column)?.meanings ?? {};
    return {
      feature: column,
      place: place!,
      expected,
      // An input holds one line.
      found: text.length > maxCellLength ? '' : text.replaceAll(/[\r\n]+/g, ' '),
      levels: levelsOf(model.schema.features.find(({ name }) => name === column)),
      suggested: Object.hasOwn(known, foldLevel(text)) ? known[foldLevel(text)]! : '',
    };
  });
}

/** Why a row cannot be scored with the mapping of the batch; empty if it can. */
export function problemsOf(
  batch: BatchRecord,
  model: ModelRecord,
  cells: readonly string[],
): readonly CellProblem[] {
  const reader = createCustomerReader(model.schema);
  const customer = toCustomer(cells, mappingOf(batch));
  return readCustomer(reader, customer, batch.format.decimal).problems;
}

/** The place in the header of a feature, or of the monthly revenue. */
export function placeOf(batch: BatchRecord, model: ModelRecord, column: string): number | null {
  const { features, value } = mappingOf(batch);
  const j = model.schema.features.findIndex(({ name }) => name === column);
  return j < 0 ? value : (features[j] ?? null);
}

function levelsOf(feature: Feature | undefined): readonly string[] {
  return feature?.type === 'category' || feature?.type === 'boolean' ? feature.levels : [];
}
