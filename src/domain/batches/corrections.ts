/**
 * Corrections: rejected rows that were fixed in the browser become a small batch of their own, checked and scored like
 * any other.
 */
import { createHash, randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inTransaction } from '../../db.ts';
import { Unprocessable } from '../../errors.ts';
import type { FieldError } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import { insertBatch, listCorrectionsOf } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { localFiles } from '../../store/files/files.ts';
import { getModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { placeOf, problemsOf } from './rejects.ts';
import type { RejectedRow } from './rejects.ts';
import { checkBatchLater } from './batches.ts';
import type { UploadEnv } from './batches.ts';
import type { CsvFormat } from '../csv/intake.ts';
import { exactLine } from '../csv/writer.ts';
import { mappingOf } from './mapping.ts';
import { writeWhole } from '../models/files.ts';

/** What was typed: row number → place in the header → text. */
export type Corrections = ReadonlyMap<number, ReadonlyMap<number, string>>;

/**
 * Makes a batch of the rows that were changed, queues its check and returns its id; the same rows a second time return
 * the same batch.
 * @throws Unprocessable with every cell that still cannot be read
 */
export async function correctRows(
  env: UploadEnv,
  batch: BatchRecord,
  rows: readonly RejectedRow[],
  corrections: Corrections,
): Promise<number> {
  const model = await getModel(env.db, batch.modelId ?? 0);
  const corrected = rows.flatMap((row) => correctRow(row, corrections.get(row.rowNumber)));
  if (corrected.length === 0)
    throw new Unprocessable([{ field: 'rows', message: 'Nothing was changed. Fix at least one row.' }]);
  const errors = corrected.flatMap((row) => stillWrong(batch, model, row));
  if (errors.length > 0) throw new Unprocessable(errors);
  return receiveCorrected(env, batch, model, corrected);
}

/** Only cells that kept the row from being scored can be changed. */
function correctRow(row: RejectedRow, typed: ReadonlyMap<number, string> | undefined): RejectedRow[] {
  const changed = row.problems.filter(({ place, found }) => (typed?.get(place) ?? found) !== found);
  if (changed.length === 0) return [];
  const places = new Set(changed.map(({ place }) => place));
  return [{ ...row, cells: row.cells.map((cell, place) => (places.has(place) ? typed!.get(place)! : cell)) }];
}

function stillWrong(batch: BatchRecord, model: ModelRecord, row: RejectedRow): FieldError[] {
  return problemsOf(batch, model, row.cells).map(({ column, found, expected }) => ({
    field: `r${row.rowNumber}_${placeOf(batch, model, column) ?? ''}`,
    message: `Row ${row.rowNumber}, ${column}: found '${found.slice(0, 60)}', expected ${expected}.`,
  }));
}

async function receiveCorrected(
  env: UploadEnv,
  batch: BatchRecord,
  model: ModelRecord,
  rows: readonly RejectedRow[],
): Promise<number> {
  const file = randomBytes(16).toString('hex');
  const path = join(env.uploadsDir, file);
  const text = csvOf(batch, rows);
  const { files = localFiles } = env;
  try {
    await writeWhole(path, text);
    const kept = await files.put(env.db, [{ path }]);
    const stored = await inTransaction(env.db, async (trx) => {
      const corrected = { file, text, rowCount: rows.length };
      const batchOf = await storeCorrected({ ...env, db: trx }, batch, model, corrected);
      if (batchOf.isNew) await kept.note(trx);
      return batchOf;
    });
    if (!stored.isNew) await rm(path, { force: true });
    return stored.id;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

function csvOf({ header, format }: BatchRecord, rows: readonly RejectedRow[]): string {
  return [header, ...rows.map(({ cells }) => cells)].map((cells) => exactLine(cells, format)).join('');
}

interface CorrectedFile {
  readonly file: string;
  readonly text: string;
  readonly rowCount: number;
}

/** A form that is sent twice stores one batch. */
async function storeCorrected(
  { db: trx, user }: UploadEnv,
  batch: BatchRecord,
  model: ModelRecord,
  { file, text, rowCount }: CorrectedFile,
): Promise<{ readonly id: number; readonly isNew: boolean }> {
  const sha256 = createHash('sha256').update(text).digest('hex');
  const same = (await listCorrectionsOf(trx, batch.id)).find(
    (correction) => correction.sha256 === sha256 && isScoredAlike(correction, batch),
  );
  if (same) return { id: same.id, isNew: false };
  const id = await insertBatch(trx, {
    originalName: `${batch.originalName.slice(0, 240)} (fixed rows)`,
    format: correctedFormat(batch.format),
    header: batch.header,
    file,
    sha256,
    byteSize: Buffer.byteLength(text),
    rowCount,
    isSample: batch.isSample,
    userId: user.id,
    correctsBatchId: batch.id,
  });
  await recordEvent(trx, {
    userId: user.id,
    action: 'batch.corrected',
    subject: batch.originalName,
    after: { rows: rowCount },
  });
  await checkBatchLater(trx, user, id, { model, mapping: mappingOf(batch) });
  return { id, isNew: true };
}

function isScoredAlike(a: BatchRecord, b: BatchRecord): boolean {
  return a.modelId === b.modelId && JSON.stringify(a.mapping) === JSON.stringify(b.mapping);
}

/** With the delimiter and decimal sign of the file, which a few rows may not show. */
function correctedFormat({ delimiter, decimal }: CsvFormat): CsvFormat {
  return { delimiter, decimal, encoding: 'utf-8', notes: [] };
}
