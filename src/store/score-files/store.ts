/** Where scores are: single customers in the database, those of batches in files beside their uploads. */
import { join } from 'node:path';
import type { Db, StoredBoolean } from '../../db.ts';
import { DamagedScores } from '../../errors.ts';
import type { DamagedUpload } from '../../errors.ts';
import { modelLabel } from '../model-label.ts';
import type { Config } from '../../config.ts';
import type { Files } from '../files/files.ts';
import { openSharedFiles } from '../files/open-files.ts';
import type { Damage } from './chunks.ts';
import { scoreFile } from './names.ts';
import { openScoreFile } from './reader.ts';
import type { ScoreFile } from './reader.ts';

export interface ScoreStore {
  readonly db: Db;
  /** The folder of uploads. */
  readonly folder: string;
  /** Where the folder is shared. */
  readonly files?: Files;
  /** How many customers are compared in memory at once; a million unless told. */
  readonly rowsAtOnce?: number;
}

export function openScoreStore(db: Db, config: Config): ScoreStore {
  const files = openSharedFiles(config);
  return { db, folder: config.uploadsDir, ...(files && { files }) };
}

/** Its scores may be on the machine that scores it, and nowhere else yet. */
export function isBeingWritten({ files }: ScoreStore, { scoresAt }: ScoredBatch): boolean {
  return files?.isShared === true && scoresAt === null;
}

/** What of a batch its scores need to be read. */
export interface ScoredBatch {
  readonly id: number;
  readonly name: string;
  /** Of the upload, in the store's folder. */
  readonly file: string;
  readonly modelId: number | null;
  readonly modelLabel: string;
  readonly isSample: boolean;
  readonly scoreRows: number;
  readonly scoreBytes: number;
  readonly latestCount: number;
  /** When its rows became latest; null: not yet. */
  readonly scoresAt: string | null;
  /** What its rows show as their time: `scoresAt`, or when the batch was uploaded. */
  readonly createdAt: string;
  readonly uploadedAt: string;
  /** When it was scored to its end; null: not yet. */
  readonly finishedAt: string | null;
  /** Why its score file cannot be read, as far as somebody has tried; null: nothing is known to be wrong. */
  readonly problem: string | null;
}

interface BatchRow {
  readonly id: number;
  readonly original_name: string;
  readonly file: string;
  readonly model_id: number | null;
  readonly model_name: string | null;
  readonly is_sample: StoredBoolean;
  readonly score_rows: number;
  readonly score_bytes: number;
  readonly latest_count: number;
  readonly scores_at: string | null;
  readonly created_at: string;
  readonly finished_at: string | null;
  readonly scores_problem: string | null;
}

/** Batches that have scores, in the order of their numbers; `narrow` says which of them. */
export async function listScoredBatches(
  db: Db,
  narrow: (query: ReturnType<Db['queryBuilder']>) => void = () => undefined,
): Promise<ScoredBatch[]> {
  const query = db('batches')
    .leftJoin('models', 'models.id', 'batches.model_id')
    .where('score_rows', '>', 0)
    .orderBy('batches.id')
    .select<BatchRow[]>('batches.*', 'models.name as model_name');
  narrow(query as ReturnType<Db['queryBuilder']>);
  return (await query).map(toScoredBatch);
}

export async function findScoredBatch(db: Db, id: number): Promise<ScoredBatch | undefined> {
  const [batch] = await listScoredBatches(db, (query) => void query.where('batches.id', id));
  return batch;
}

function toScoredBatch(row: BatchRow): ScoredBatch {
  return {
    id: row.id,
    name: row.original_name,
    file: row.file,
    modelId: row.model_id,
    modelLabel: modelLabel(row.model_id, row.model_name),
    isSample: Boolean(row.is_sample),
    scoreRows: row.score_rows,
    scoreBytes: row.score_bytes,
    latestCount: row.latest_count,
    scoresAt: row.scores_at,
    createdAt: row.scores_at ?? row.created_at,
    uploadedAt: row.created_at,
    finishedAt: row.finished_at,
    problem: row.scores_problem,
  };
}

/** undefined: the batch was removed since it was listed, or another machine is scoring it. @throws DamagedScores */
export async function openIfThere(store: ScoreStore, batch: ScoredBatch): Promise<ScoreFile | undefined> {
  try {
    return openScoresOf(store, batch);
  } catch (error) {
    const now = await findScoredBatch(store.db, batch.id);
    if (now && !isBeingWritten(store, now)) throw error;
    return undefined;
  }
}

/** The caller closes it. @throws DamagedScores */
export function openScoresOf({ folder }: Pick<ScoreStore, 'folder'>, batch: ScoredBatch): ScoreFile {
  return openScoreFile(join(folder, scoreFile(batch.file)), batch.scoreBytes, damageOf(batch));
}

/** The file is closed in the end. @throws DamagedScores */
export function withScoresOf<T>(
  store: Pick<ScoreStore, 'folder'>,
  batch: ScoredBatch,
  work: (file: ScoreFile) => T,
): T {
  const file = openScoresOf(store, batch);
  try {
    return work(file);
  } finally {
    file.close();
  }
}

/** Names the upload, since nobody knows its files by their names. */
export function damageOf(batch: ScoredBatch): Damage {
  return (problem) => new DamagedScores(uploadOf(batch), problem);
}

export function uploadOf({ id, name, uploadedAt, scoreBytes }: ScoredBatch): DamagedUpload {
  return { batchId: id, name, uploadedAt, scoreBytes };
}
