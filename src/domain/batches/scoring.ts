/**
 * Scoring a batch: chunk by chunk, results and rejects appended to their files and synced, then the predictions,
 * the counts and the checkpoint in one transaction. A resumed run truncates both files to the checkpoint and continues,
 * so that its output is that of an uninterrupted one (docs/decisions/0005).
 */
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { DamagedRecord } from '../../errors.ts';
import { addToBatch, getBatch, updateBatch } from '../../store/batches.ts';
import type { Checkpoint, FrozenRules } from '../../store/batch-documents.ts';
import type { AddedCounts, BatchRecord } from '../../store/batches.ts';
import { getModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { insertPredictions } from '../../store/prediction-writes.ts';
import type { NewPrediction } from '../../store/prediction-writes.ts';
import { batchFile } from './files.ts';
import { rejectedHeader, rejectedLine, scoredHeader, scoredLine, unscoredLine } from './output.ts';
import { byteOrderMark } from '../csv/writer.ts';
import { customerIdOf, toCustomer, unreadable } from './rows.ts';
import type { CsvFormat } from '../csv/intake.ts';
import { challengeLater } from '../models/challenger.ts';
import { fileStart, readCsvChunks } from '../csv/reader.ts';
import type { CsvRow } from '../csv/reader.ts';
import { cancelled, done } from '../jobs/steps.ts';
import type { JobOutcome, JobSteps } from '../jobs/steps.ts';
import { mappingOf } from './mapping.ts';
import type { ColumnMapping } from './mapping.ts';
import { readModelFile } from '../models/files.ts';
import { toStored } from '../scoring/record.ts';
import { relabelAfterScoring } from '../risk/relabelling.ts';
import { createScorer, scoreCustomers } from '../scoring/scoring.ts';
import type { ScoredCustomer, Scorer } from '../scoring/scoring.ts';

const rowsPerChunk = 1_000;

export interface Folders {
  readonly uploadsDir: string;
  readonly modelsDir: string;
}

export async function scoreBatch(
  db: Db,
  folders: Folders,
  batchId: number,
  steps: JobSteps,
): Promise<JobOutcome> {
  const batch = await getBatch(db, batchId);
  const record = await frozenModel(db, batch);
  const work = createWork(
    batch,
    record,
    createScorer(await readModelFile(folders.modelsDir, record), rulesOf(batch), rowsPerChunk),
  );
  // Inside a transaction that needs the job's lease: a process that lost the job must not truncate the files.
  const files = await inTransaction(db, () => Promise.resolve(openFiles(folders.uploadsDir, work)));
  try {
    const path = join(folders.uploadsDir, batch.file);
    const from = batch.checkpoint?.position ?? fileStart;
    let seen = batch.scoredCount + batch.rejectedCount;
    const shape = { delimiter: work.format.delimiter, columnCount: batch.header.length };
    for (const chunk of readCsvChunks(path, shape, rowsPerChunk, from)) {
      const answer = await steps.step(seen, batch.rowCount);
      if (answer === 'stop') return 'stopped';
      if (answer === 'cancel')
        return cancelled(async (trx) => {
          await updateBatch(trx, batchId, { state: 'cancelled' });
          await relabelAfterScoring(trx, batchId);
        });
      const result = scoreChunk(work, chunk.rows);
      files.append(result.scored, result.rejected);
      const checkpoint: Checkpoint = { position: chunk.after, ...files.sizes() };
      await inTransaction(db, async (trx) => {
        await steps.stored?.(trx);
        await insertPredictions(trx, result.predictions);
        await addToBatch(trx, batchId, countsOf(result), checkpoint);
      });
      seen += chunk.rows.length;
    }
    return done(async (trx) => {
      files.publish();
      await finish(trx, batchId);
    });
  } finally {
    files.close();
  }
}

interface Work {
  readonly batch: BatchRecord;
  readonly record: ModelRecord;
  readonly scorer: Scorer;
  readonly format: CsvFormat;
  readonly mapping: ColumnMapping;
}

interface ChunkResult {
  readonly scored: string;
  readonly rejected: string;
  readonly predictions: readonly NewPrediction[];
  readonly rejectedCount: number;
  readonly notedCount: number;
}

function createWork(batch: BatchRecord, record: ModelRecord, scorer: Scorer): Work {
  return {
    batch,
    record,
    scorer,
    format: batch.format,
    mapping: mappingOf(batch),
  };
}

function scoreChunk(work: Work, rows: readonly CsvRow[]): ChunkResult {
  const scoredAt = new Date().toISOString();
  const { scorer, format, mapping } = work;
  const shape = { columnCount: work.batch.header.length, format };
  const readable = rows.flatMap((row) => (row.reading.ok ? [toCustomer(row.reading.cells, mapping)] : []));
  const results = scoreCustomers(scorer, readable, format.decimal);
  const predictions: NewPrediction[] = [];
  let scored = '';
  let rejected = '';
  let rejectedCount = 0;
  let notedCount = 0;
  let next = 0;
  for (const row of rows) {
    const { cells } = row.reading;
    const result = row.reading.ok ? results[next++]! : { ok: false as const, problems: [unreadable(row)] };
    if (result.ok) {
      scored += scoredLine(cells, result.customer, work.record.label, format);
      predictions.push(toPrediction(work, row, result.customer, scoredAt));
      if (result.customer.notes.length > 0) notedCount++;
    } else {
      const rejectedRow = { rowNumber: row.rowNumber, cells, problems: result.problems };
      scored += unscoredLine(rejectedRow, shape);
      rejected += rejectedLine(rejectedRow, shape);
      rejectedCount++;
    }
  }
  return { scored, rejected, predictions, rejectedCount, notedCount };
}

function toPrediction(
  { batch, record, mapping }: Work,
  row: CsvRow,
  customer: ScoredCustomer,
  scoredAt: string,
): NewPrediction {
  return toStored(customer, {
    batchId: batch.id,
    rowNumber: row.rowNumber,
    customerId: customerIdOf(row.reading.cells, mapping),
    source: 'batch',
    modelId: record.id,
    isSample: batch.isSample,
    createdBy: batch.userId,
    createdAt: scoredAt,
  });
}

function countsOf({ predictions, rejectedCount, notedCount }: ChunkResult): AddedCounts {
  const levels = { low: 0, medium: 0, high: 0 };
  for (const { riskLevel } of predictions) levels[riskLevel as keyof typeof levels]++;
  return {
    scoredCount: predictions.length,
    rejectedCount,
    notedCount,
    lowCount: levels.low,
    mediumCount: levels.medium,
    highCount: levels.high,
  };
}

/** Follow-up jobs are queued in the same transaction, so that a crash loses neither. */
async function finish(trx: Db, batchId: number): Promise<void> {
  const { scoredCount } = await getBatch(trx, batchId);
  const failed = scoredCount === 0;
  await updateBatch(trx, batchId, {
    state: failed ? 'failed' : 'done',
    error: failed ? 'No row could be read. The rejected rows have the reasons.' : null,
    finishedAt: new Date().toISOString(),
  });
  await relabelAfterScoring(trx, batchId);
  await challengeLater(trx, batchId);
}

/** The model with the label and threshold that it had when scoring began. */
async function frozenModel(db: Db, batch: BatchRecord): Promise<ModelRecord> {
  const record = await getModel(db, batch.modelId ?? 0);
  const { threshold = record.threshold } = rulesOf(batch);
  return { ...record, threshold, label: batch.modelLabel ?? record.label };
}

function rulesOf({ id, rules }: BatchRecord): FrozenRules {
  if (rules === null) throw new DamagedRecord(`batch ${id}`, 'the rules that it is scored with are missing');
  return rules;
}

/** Both result files, truncated to the checkpoint or started with their headers. */
function openFiles(uploadsDir: string, { batch, format }: Work) {
  const paths = (['scored', 'rejected'] as const).map((name) => ({
    partial: join(uploadsDir, `${batchFile(batch, name)}.part`),
    whole: join(uploadsDir, batchFile(batch, name)),
  }));
  const checkpoint = batch.checkpoint;
  const headers = [scoredHeader(batch.header, format), rejectedHeader(batch.header, format)].map((header) =>
    Buffer.from(byteOrderMark + header),
  );
  const keptSizes = checkpoint ? [checkpoint.scoredBytes, checkpoint.rejectedBytes] : [0, 0];
  const files = paths.map(({ partial, whole }, i) => {
    // Final names although the batch is not done: a crash came between renaming and the last write to the database.
    if (!existsSync(partial) && existsSync(whole)) renameSync(whole, partial);
    const descriptor = openSync(partial, existsSync(partial) ? 'r+' : 'w', 0o600);
    ftruncateSync(descriptor, keptSizes[i]);
    return { descriptor, size: keptSizes[i]! };
  });
  const write = (i: number, bytes: Buffer): void => {
    const file = files[i]!;
    for (let written = 0; written < bytes.length;)
      written += writeSync(file.descriptor, bytes, written, bytes.length - written, file.size + written);
    file.size += bytes.length;
    fdatasyncSync(file.descriptor);
  };
  const close = (): void => {
    for (const { descriptor } of files) closeSync(descriptor);
  };
  try {
    if (!checkpoint)
      headers.forEach((header, i) => {
        write(i, header);
      });
  } catch (error) {
    // The disk is full: every retry opens them again.
    close();
    throw error;
  }

  return {
    append: (scored: string, rejected: string) => {
      if (scored !== '') write(0, Buffer.from(scored));
      if (rejected !== '') write(1, Buffer.from(rejected));
    },
    sizes: () => ({ scoredBytes: files[0]!.size, rejectedBytes: files[1]!.size }),
    /** Renames them to their final names; can be repeated. */
    publish: () => {
      for (const { partial, whole } of paths) if (existsSync(partial)) renameSync(partial, whole);
    },
    close,
  };
}
