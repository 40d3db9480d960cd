/**
 * The rejected rows of an upload: written down while the file is checked, so that they can be mended before
 * anything is scored, and again while it is scored; read back a page at a time for the repair desk.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fdatasyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Db } from '../../db.ts';
import type { CellProblem } from '../../ml/data/row-reader.ts';
import type { Feature } from '../../ml/data/schema.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { getModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { listRememberedNames } from '../../store/remembered-names.ts';
import { batchFile } from './files.ts';
import { byteOrderMark, rejectedHeader, rejectedLine, withoutApostrophe } from './output.ts';
import { toCustomer, wholeRow } from './rows.ts';
import { createCustomerReader, readCustomer } from '../scoring/customer-reading.ts';
import type { CsvFormat } from '../csv/intake.ts';
import { readCsvChunks } from '../csv/reader.ts';
import type { CsvRow } from '../csv/reader.ts';
import { foldLevel, levelMeanings } from './mapping.ts';
import type { ColumnMapping, LevelMeanings } from './mapping.ts';

/** Written at once. */
const heldCharacters = 1 << 18;

/** Rows on one page of the desk. */
export const rowsPerPage = 50;

/** More than that many bad cells in a row, or longer ones, are for a spreadsheet: a form takes only so much. */
const maxCellsPerRow = 20;
const maxCellLength = 200;

/** A cell that keeps its row from being scored. */
export interface BadCell {
  readonly feature: string;
  /** Its place in the file's header. */
  readonly place: number;
  readonly found: string;
  readonly expected: string;
  /** What may be chosen, where there is a list. */
  readonly levels: readonly string[];
  /** What people said that it means; empty: nothing. */
  readonly suggested: string;
}

export interface BadRow {
  readonly rowNumber: number;
  readonly cells: readonly string[];
  /** Empty: this row can only be mended in the file. */
  readonly problems: readonly BadCell[];
  readonly reason: string;
}

/**
 * The rejects file of a check, which stands under its name only when it is whole; scoring begins it anew. Until then
 * its name is nobody else's: a check that lost its job to another one cannot spoil the other's file.
 */
export function createRejectsFile(uploadsDir: string, batch: BatchRecord) {
  const path = join(uploadsDir, batchFile(batch, 'rejected'));
  const format = batch.format as CsvFormat;
  const partial = `${path}.${randomUUID()}.part`;
  const descriptor = openSync(partial, 'wx', 0o600);
  let held = byteOrderMark + rejectedHeader(batch.header, format);
  let isWhole = false;
  const flush = (): void => {
    const bytes = Buffer.from(held);
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
    held = '';
  };
  return {
    add: ({ rowNumber, reading }: CsvRow, problems: readonly CellProblem[]) => {
      held += rejectedLine(rowNumber, problems, reading.cells, batch.header.length, format);
      if (held.length > heldCharacters) flush();
    },
    /** To the disk. */
    flush: () => {
      flush();
      fdatasyncSync(descriptor);
      isWhole = true;
    },
    /** Under its own name; harmless to repeat. */
    publish: () => {
      if (existsSync(partial)) renameSync(partial, path);
    },
    close: () => {
      closeSync(descriptor);
      if (!isWhole) rmSync(partial, { force: true });
    },
  };
}

/** Rejected rows of an upload that is checked or scored, `rowsPerPage` at a time, and whether there are more. */
export async function listBadRows(
  db: Db,
  uploadsDir: string,
  batch: BatchRecord,
  page: number,
): Promise<{ readonly rows: readonly BadRow[]; readonly hasMore: boolean }> {
  const path = join(uploadsDir, batchFile(batch, 'rejected'));
  if (!existsSync(path)) return { rows: [], hasMore: false };
  const desk = await deskOf(db, batch);
  const from = (page - 1) * rowsPerPage;
  const rows: BadRow[] = [];
  let seen = 0;
  const { delimiter } = batch.format as CsvFormat;
  for (const chunk of readCsvChunks(path, delimiter, batch.header.length + columnsBefore, 500)) {
    for (const { reading } of chunk.rows) {
      if (seen++ < from) continue;
      if (rows.length === rowsPerPage) return { rows, hasMore: true };
      rows.push(toBadRow(desk, reading.cells));
    }
    // Far pages of a long file must not keep others waiting.
    await setImmediate();
  }
  return { rows, hasMore: false };
}

/** Row, column and reason stand before the columns of the file. */
const columnsBefore = 3;

interface Desk {
  readonly batch: BatchRecord;
  readonly model: ModelRecord;
  readonly meanings: readonly LevelMeanings[];
}

async function deskOf(db: Db, batch: BatchRecord): Promise<Desk> {
  const model = await getModel(db, batch.modelId ?? 0);
  return { batch, model, meanings: levelMeanings(model.schema, await listRememberedNames(db)) };
}

function toBadRow(desk: Desk, line: readonly string[]): BadRow {
  const [rowNumber = '', column = '', reason = '', ...escaped] = line;
  const cells = escaped.map(withoutApostrophe);
  // A row that could not be read was made to fit when it was written down: its cells may be in wrong columns.
  const problems = column === wholeRow ? [] : badCells(desk, cells);
  const isMendable = problems.length <= maxCellsPerRow;
  return { rowNumber: Number(rowNumber), cells, problems: isMendable ? problems : [], reason };
}

function badCells({ batch, model, meanings }: Desk, cells: readonly string[]): BadCell[] {
  const found = problemsOf(batch, model, cells).map((problem) => ({
    ...problem,
    place: placeOf(batch, model, problem.column),
  }));
  // A value that the file has no column for cannot be typed here.
  if (found.some(({ place }) => place === null)) return [];
  return found.map(({ column, place, found: text, expected }) => {
    const known = meanings.find((one) => one.feature === column)?.meanings ?? {};
    return {
      ...{ feature: column, place: place!, expected },
      // An input holds one line.
      found: text.length > maxCellLength ? '' : text.replaceAll(/[\r\n]+/g, ' '),
      levels: levelsOf(model.schema.features.find(({ name }) => name === column)),
      suggested: Object.hasOwn(known, foldLevel(text)) ? known[foldLevel(text)]! : '',
    };
  });
}

/** Why a row cannot be scored under the upload's own mapping; empty: it can. */
export function problemsOf(
  batch: BatchRecord,
  model: ModelRecord,
  cells: readonly string[],
): readonly CellProblem[] {
  const reader = createCustomerReader(model.schema);
  const customer = toCustomer(cells, batch.mapping as ColumnMapping);
  return readCustomer(reader, customer, (batch.format as CsvFormat).decimal).problems;
}

/** Where in the header a feature, or the column of the monthly value, stands. */
export function placeOf(batch: BatchRecord, model: ModelRecord, column: string): number | null {
  const { features, value } = batch.mapping as ColumnMapping;
  const j = model.schema.features.findIndex(({ name }) => name === column);
  return j < 0 ? value : (features[j] ?? null);
}

function levelsOf(feature: Feature | undefined): readonly string[] {
  return feature?.type === 'category' || feature?.type === 'boolean' ? feature.levels : [];
}
