import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { DamagedRecord, NotFound } from '../errors.ts';
import {
  CheckReport,
  Checkpoint,
  ColumnMapping,
  CsvFormat,
  FrozenRules,
  Header,
  OutcomeReport,
} from './batch-documents.ts';
import { readJson, readJsonOrNull } from './json.ts';

export const batchStates = [
  'uploaded',
  'checking',
  'checked',
  'scoring',
  'done',
  'failed',
  'cancelled',
  'removing',
  'partly-removed',
] as const;
export type BatchState = (typeof batchStates)[number];

/** What is stored as JSON. Lists of batches leave it unread. */
export interface BatchDocuments {
  readonly format: CsvFormat;
  readonly header: readonly string[];
  readonly mapping: ColumnMapping | null;
  readonly report: CheckReport | null;
  readonly rules: FrozenRules | null;
  readonly checkpoint: Checkpoint | null;
  /** Null: no column says outcomes, or the scoring has not ended. */
  readonly outcomes: OutcomeReport | null;
}

export interface BatchCounts {
  readonly rowCount: number;
  readonly scoredCount: number;
  readonly rejectedCount: number;
  readonly notedCount: number;
  readonly lowCount: number;
  readonly mediumCount: number;
  readonly highCount: number;
}

export interface BatchSummary extends BatchCounts {
  readonly id: number;
  /** Rows of empty cells, which are neither scored nor rejected, nor in `rowCount`. */
  readonly blankCount: number;
  readonly userId: number | null;
  readonly userName: string | null;
  readonly modelId: number | null;
  readonly modelLabel: string | null;
  readonly originalName: string;
  /** Random name in the uploads folder. */
  readonly file: string;
  readonly byteSize: number;
  readonly sha256: string;
  readonly state: BatchState;
  readonly error: string | null;
  readonly isSample: boolean;
  /** The batch whose rejected rows were fixed into this one. */
  readonly correctsBatchId: number | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  /** What of its score file counts; later rows are of a block whose end was not stored. */
  readonly scoreRows: number;
  readonly scoreBytes: number;
  /** How many of its rows are the latest score of their customer. */
  readonly latestCount: number;
  /** When its rows became latest; null: not yet. */
  readonly scoresAt: string | null;
  /** Why its score file cannot be read; null: nothing is known to be wrong. */
  readonly scoresProblem: string | null;
}

export interface BatchRecord extends BatchSummary, BatchDocuments {}

type BatchRow = Record<string, string | number | null>;

export async function findBatch(db: Db, id: number): Promise<BatchRecord | undefined> {
  const row = (await selected(db).where('batches.id', id).first()) as BatchRow | undefined;
  return row && toBatch(row);
}

/** @throws NotFound */
export async function getBatch(db: Db, id: number): Promise<BatchRecord> {
  const batch = await findBatch(db, id);
  if (!batch) throw new NotFound('file');
  return batch;
}

/** Newest first; `before`: older than the one with this number. */
export async function listBatches(db: Db, limit: number, before = Infinity): Promise<BatchSummary[]> {
  const query = selected(db).orderBy('batches.id', 'desc').limit(limit);
  if (before !== Infinity) void query.where('batches.id', '<', before);
  return ((await query) as BatchRow[]).map(toSummary);
}

/** Of the organisation's own customers, corrections of other files aside; null: there is none. */
export async function findNewestScored(db: Db): Promise<BatchSummary | null> {
  const row = (await selected(db)
    .where({ state: 'done', is_sample: false })
    .whereNull('mends_batch_id')
    .orderBy('batches.id', 'desc')
    .first()) as BatchRow | undefined;
  return row ? toSummary(row) : null;
}

/** Of batches that were matched, with their headers; the newest first. Damaged ones are left out: the next file does not depend on them. */
export async function listRecentMappings(
  db: Db,
  limit: number,
): Promise<{ readonly header: readonly string[]; readonly mapping: ColumnMapping }[]> {
  const rows = await db('batches')
    .whereNotNull('mapping')
    .orderBy('id', 'desc')
    .limit(limit)
    .select<{ id: number; header: string; mapping: string }[]>('id', 'header', 'mapping');
  return rows.flatMap(({ id, header, mapping }) => {
    try {
      return {
        header: readJson(Header, header, `header of batch ${id}`),
        mapping: readJson(ColumnMapping, mapping, `mapping of batch ${id}`),
      };
    } catch (error) {
      if (error instanceof DamagedRecord) return [];
      throw error;
    }
  });
}

export async function listSampleBatches(db: Db): Promise<BatchSummary[]> {
  const rows = (await selected(db).where('batches.is_sample', true)) as BatchRow[];
  return rows.map(toSummary);
}

export type NewBatch = Pick<
  BatchRecord,
  'userId' | 'originalName' | 'file' | 'byteSize' | 'sha256' | 'format' | 'header' | 'rowCount' | 'isSample'
> &
  Partial<Pick<BatchRecord, 'correctsBatchId' | 'blankCount'>>;

export async function insertBatch(db: Db, batch: NewBatch): Promise<number> {
  const [row] = await db<{ id: number }>('batches')
    .insert({ ...toColumns(batch), state: 'uploaded', created_at: await isoTimeOf(db) } as object)
    .returning('id');
  return row!.id;
}

export type BatchChange = Partial<Omit<BatchRecord, 'id' | 'userName' | 'createdAt'>>;

export async function updateBatch(db: Db, id: number, change: BatchChange): Promise<void> {
  await db('batches').where({ id }).update(toColumns(change));
}

export type AddedCounts = Omit<BatchCounts, 'rowCount'>;

/** Adds what a chunk gave to the totals that stand there: others may have changed them since. */
export async function addToBatch(
  trx: Db,
  id: number,
  added: AddedCounts,
  checkpoint?: Checkpoint,
): Promise<void> {
  const totals = Object.entries(added).map(([field, count]) => {
    const column = columnOf[field]!;
    return [column, trx.raw('?? + ?', [column, count])] as const;
  });
  const place = checkpoint === undefined ? {} : { checkpoint: JSON.stringify(checkpoint) };
  await trx('batches')
    .where({ id })
    .update({ ...Object.fromEntries(totals), ...place });
}

/** Batches of fixed rows of a batch, newest first. */
export async function listCorrectionsOf(db: Db, batchId: number): Promise<BatchRecord[]> {
  const rows = (await selected(db)
    .where('batches.mends_batch_id', batchId)
    .orderBy('batches.id', 'desc')) as BatchRow[];
  return rows.map(toBatch);
}

/** True for the one of several callers that moved the batch from one of `from` to `to`. */
export async function moveBatch(
  db: Db,
  id: number,
  from: readonly BatchState[],
  to: BatchState,
): Promise<boolean> {
  const moved = await db('batches')
    .where({ id })
    .whereIn('state', [...from])
    .update({ state: to });
  return moved === 1;
}

/** In the score files of all batches. */
export async function countScoreRows(db: Db): Promise<number> {
  const row = (await db('batches').sum({ sum: 'score_rows' }).first()) as { sum: number | null };
  return row.sum ?? 0;
}

export async function listAllBatchIds(db: Db): Promise<number[]> {
  return db('batches').orderBy('id').pluck('id');
}

/** Of batches that have scores which can be read, as far as is known; the oldest first. */
export async function listScoredBatchIds(db: Db): Promise<number[]> {
  return db('batches').where('score_rows', '>', 0).whereNull('scores_problem').orderBy('id').pluck('id');
}

/** Nothing of its score file counts any more. */
export async function deleteScoresOf(trx: Db, id: number): Promise<void> {
  await trx('latest_rows').where({ batch_id: id }).delete();
  await trx('batch_counts').where({ batch_id: id }).delete();
  const counts = { scoredCount: 0, notedCount: 0, lowCount: 0, mediumCount: 0, highCount: 0 };
  const files = { scoreRows: 0, scoreBytes: 0, latestCount: 0, scoresAt: null, scoresProblem: null };
  await updateBatch(trx, id, { ...counts, ...files });
}

/** Batches of its fixed rows stay, on their own. */
export async function deleteBatch(db: Db, id: number): Promise<void> {
  await db('batches').where({ mends_batch_id: id }).update({ mends_batch_id: null });
  await db('batches').where({ id }).delete();
}

/** Of batches that nobody checks or scores. */
export async function listIdleBatchFiles(db: Db): Promise<string[]> {
  return db('batches').whereNotIn('state', ['checking', 'scoring']).pluck('file');
}

export async function listBatchFiles(db: Db): Promise<string[]> {
  return db('batches').pluck('file');
}

function selected(db: Db) {
  return db('batches')
    .leftJoin('users', 'users.id', 'batches.user_id')
    .select('batches.*', 'users.name as user_name');
}

const columnOf: Readonly<Record<string, string>> = {
  userId: 'user_id',
  modelId: 'model_id',
  modelLabel: 'model_label',
  originalName: 'original_name',
  file: 'file',
  byteSize: 'byte_size',
  sha256: 'sha256',
  format: 'format',
  header: 'header',
  mapping: 'mapping',
  state: 'state',
  report: 'report',
  rules: 'rules',
  checkpoint: 'checkpoint',
  outcomes: 'outcomes',
  rowCount: 'row_count',
  blankCount: 'blank_count',
  scoredCount: 'scored_count',
  rejectedCount: 'rejected_count',
  notedCount: 'noted_count',
  lowCount: 'low_count',
  mediumCount: 'medium_count',
  highCount: 'high_count',
  error: 'error',
  isSample: 'is_sample',
  correctsBatchId: 'mends_batch_id',
  finishedAt: 'finished_at',
  scoreRows: 'score_rows',
  scoreBytes: 'score_bytes',
  latestCount: 'latest_count',
  scoresAt: 'scores_at',
  scoresProblem: 'scores_problem',
};
const documents = new Set(['format', 'header', 'mapping', 'report', 'rules', 'checkpoint', 'outcomes']);

function toColumns(change: BatchChange): Record<string, string | number | boolean | null> {
  const columns: Record<string, string | number | boolean | null> = {};
  for (const [field, value] of Object.entries(change)) {
    const column = columnOf[field];
    if (column === undefined) continue;
    if (documents.has(field)) columns[column] = value === null ? null : JSON.stringify(value);
    else columns[column] = value as string | number | boolean | null;
  }
  return columns;
}

function toBatch(row: BatchRow): BatchRecord {
  const text = (name: string): string => String(row[name]);
  const maybe = (name: string): string | null => (row[name] === null ? null : text(name));
  const of = (name: string): string => `${name} of batch ${text('id')}`;
  return {
    ...toSummary(row),
    format: readJson(CsvFormat, text('format'), of('format')),
    header: readJson(Header, text('header'), of('header')),
    mapping: readJsonOrNull(ColumnMapping, maybe('mapping'), of('mapping')),
    report: readJsonOrNull(CheckReport, maybe('report'), of('report')),
    rules: readJsonOrNull(FrozenRules, maybe('rules'), of('rules')),
    checkpoint: readJsonOrNull(Checkpoint, maybe('checkpoint'), of('checkpoint')),
    outcomes: readJsonOrNull(OutcomeReport, maybe('outcomes'), of('outcomes')),
  };
}

function toSummary(row: BatchRow): BatchSummary {
  const text = (name: string): string => String(row[name]);
  const maybe = (name: string): string | null => (row[name] === null ? null : String(row[name]));
  const id = (name: string): number | null => (row[name] === null ? null : Number(row[name]));
  return {
    id: Number(row['id']),
    userId: id('user_id'),
    userName: maybe('user_name'),
    modelId: id('model_id'),
    modelLabel: maybe('model_label'),
    originalName: text('original_name'),
    file: text('file'),
    byteSize: Number(row['byte_size']),
    sha256: text('sha256'),
    state: text('state') as BatchState,
    rowCount: Number(row['row_count']),
    blankCount: Number(row['blank_count']),
    scoredCount: Number(row['scored_count']),
    rejectedCount: Number(row['rejected_count']),
    notedCount: Number(row['noted_count']),
    lowCount: Number(row['low_count']),
    mediumCount: Number(row['medium_count']),
    highCount: Number(row['high_count']),
    error: maybe('error'),
    isSample: Boolean(row['is_sample']),
    correctsBatchId: id('mends_batch_id'),
    createdAt: text('created_at'),
    finishedAt: maybe('finished_at'),
    scoreRows: Number(row['score_rows']),
    scoreBytes: Number(row['score_bytes']),
    latestCount: Number(row['latest_count']),
    scoresAt: maybe('scores_at'),
    scoresProblem: maybe('scores_problem'),
  };
}
