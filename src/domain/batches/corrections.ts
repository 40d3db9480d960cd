/**
 * The repair desk: rejected rows of an upload, mended in the browser, become a small upload of their own that
 * goes through the same door; and levels that a file calls otherwise are explained once and remembered.
 */
import { createHash, randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Unprocessable } from '../../errors.ts';
import type { FieldError } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import { getBatch, insertBatch, listMendsOf } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { getModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { forgetNames, listRememberedNames, rememberNames } from '../../store/remembered-names.ts';
import type { RememberedName } from '../../store/remembered-names.ts';
import type { User } from '../people/accounts.ts';
import type { CheckReport } from './findings.ts';
import { placeOf, problemsOf } from './rejects.ts';
import type { BadRow } from './rejects.ts';
import { checkBatchLater } from './batches.ts';
import type { CsvFormat } from '../csv/intake.ts';
import { foldLevel, isTooLong, levelMeanings } from './mapping.ts';
import type { ColumnMapping } from './mapping.ts';
import { writeWhole } from '../models/files.ts';

/** A level of the file that the model does not know, or that people have explained. */
export interface UnknownLevel {
  readonly feature: string;
  readonly found: string;
  readonly count: number;
  readonly levels: readonly string[];
  /** What it was said to mean; empty: nothing. */
  readonly meaning: string;
}

const maxLevels = 50;

/** Levels that the check of the file found, the most frequent first. */
export async function listUnknownLevels(db: Db, batch: BatchRecord): Promise<UnknownLevel[]> {
  const report = batch.report as CheckReport | null;
  const model = batch.modelId === null ? null : await getModel(db, batch.modelId);
  if (!report || !model) return [];
  const known = levelMeanings(model.schema, await listRememberedNames(db));
  const byKey = new Map<string, UnknownLevel>();
  for (const { kind, column, detail, count } of report.groups) {
    const feature = model.schema.features.find(({ name }) => name === column);
    const isLevel = kind === 'unseen' || kind === 'refused-level' || kind === 'renamed';
    if (!isLevel || !feature || !isExplainable(column, detail)) continue;
    const key = `${column}\0${foldLevel(detail)}`;
    const meanings = known.find((one) => one.feature === column)?.meanings ?? {};
    const meaning = Object.hasOwn(meanings, foldLevel(detail)) ? meanings[foldLevel(detail)]! : '';
    const level = { feature: column, found: detail, count: 0, levels: feature.levels, meaning };
    const before = byKey.get(key) ?? level;
    byKey.set(key, { ...before, count: before.count + count });
  }
  return [...byKey.values()].sort((a, b) => b.count - a.count).slice(0, maxLevels);
}

function isExplainable(feature: string, found: string): boolean {
  return found !== '' && !isTooLong(feature, found) && !/[\r\n]/.test(found);
}

/** What a person says that a level of the file means; an empty level takes back what was said. */
export type Meaning = Pick<RememberedName, 'feature' | 'found' | 'level'>;

/** Remembers what levels mean; a file that is not scored yet is checked again with it. */
export async function explainLevels(
  db: Db,
  user: User,
  { id: batchId }: Pick<BatchRecord, 'id'>,
  meanings: readonly Meaning[],
): Promise<void> {
  const names = meanings.map((one) => ({ ...one, kind: 'level' as const, found: foldLevel(one.found) }));
  await inTransaction(db, async (trx) => {
    const batch = await getBatch(trx, batchId);
    const model = await getModel(trx, batch.modelId ?? 0);
    await forgetNames(trx, names);
    const kept = names.filter(({ level }) => level !== '');
    await rememberNames(trx, kept);
    await recordEvent(trx, {
      userId: user.id,
      action: 'levels.explained',
      subject: batch.originalName,
      after: { remembered: kept.length, forgotten: names.length - kept.length },
    });
    if (batch.state !== 'checked') return;
    const levels = levelMeanings(model.schema, await listRememberedNames(trx));
    await checkBatchLater(trx, user, batch.id, model, { ...(batch.mapping as ColumnMapping), levels });
  });
}

/** What was typed into the desk: row number → place in the header → text. */
export type Mends = ReadonlyMap<number, ReadonlyMap<number, string>>;

/**
 * Makes an upload of the rows that were changed, has it checked and gives its id; the same rows a second time give
 * the same upload.
 * @throws Unprocessable with every cell that still cannot be read
 */
export async function mendRows(
  db: Db,
  uploadsDir: string,
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
  return receiveMended(db, uploadsDir, user, batch, model, mended);
}

/** Only what kept the row from being scored can be changed. */
function mendRow(row: BadRow, typed: ReadonlyMap<number, string> | undefined): BadRow[] {
  const changed = row.problems.filter(({ place, found }) => (typed?.get(place) ?? found) !== found);
  if (changed.length === 0) return [];
  const places = new Set(changed.map(({ place }) => place));
  return [{ ...row, cells: row.cells.map((cell, place) => (places.has(place) ? typed!.get(place)! : cell)) }];
}

function stillWrong(batch: BatchRecord, model: ModelRecord, row: BadRow): FieldError[] {
  return problemsOf(batch, model, row.cells).map(({ column, found, expected }) => ({
    field: `r${row.rowNumber}_${placeOf(batch, model, column) ?? ''}`,
    message: `Row ${row.rowNumber}, ${column}: found '${found.slice(0, 60)}', expected ${expected}.`,
  }));
}

async function receiveMended(
  db: Db,
  uploadsDir: string,
  user: User,
  batch: BatchRecord,
  model: ModelRecord,
  rows: readonly BadRow[],
): Promise<number> {
  const format = mendedFormat(batch.format as CsvFormat);
  const lines = [[...batch.header], ...rows.map(({ cells }) => [...cells])];
  const text = stringify(lines, { delimiter: format.delimiter, quoted_match: /[\r\n]/ });
  const sha256 = createHash('sha256').update(text).digest('hex');
  const file = randomBytes(16).toString('hex');
  const path = join(uploadsDir, file);
  try {
    await writeWhole(path, text);
    return await inTransaction(db, async (trx) => {
      const same = (await listMendsOf(trx, batch.id)).find(
        (mend) => mend.sha256 === sha256 && isSameOrder(mend, batch),
      );
      if (same) {
        await rm(path, { force: true });
        return same.id;
      }
      const id = await insertBatch(trx, {
        ...{ format, file, sha256, header: batch.header, rowCount: rows.length, isSample: batch.isSample },
        ...{ userId: user.id, byteSize: Buffer.byteLength(text), mendsBatchId: batch.id },
        originalName: `${batch.originalName.slice(0, 245)} (mended)`,
      });
      await recordEvent(trx, {
        userId: user.id,
        action: 'batch.mended',
        subject: batch.originalName,
        after: { rows: rows.length },
      });
      await checkBatchLater(trx, user, id, model, batch.mapping as ColumnMapping);
      return id;
    });
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

function isSameOrder(a: BatchRecord, b: BatchRecord): boolean {
  return a.modelId === b.modelId && JSON.stringify(a.mapping) === JSON.stringify(b.mapping);
}

/** Delimiter and decimal sign are those of the file, which a few rows do not tell; the text is ours. */
function mendedFormat({ delimiter, decimal }: CsvFormat): CsvFormat {
  return { delimiter, decimal, encoding: 'utf-8', notes: [] };
}
