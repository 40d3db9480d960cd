/** Files that were put into the watched folder: each content once, by its hash, and what became of each. */
import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import type { BatchState } from './batches.ts';

/** `taken`: a batch has its contents. The others are moved away, and the note says why. */
export type WatchedState = 'taken' | 'done' | 'failed';

export interface WatchedFile {
  readonly id: number;
  readonly name: string;
  /** Size, time of change and number of the file on its disk: tells it from a later one of the same name. */
  readonly stamp: string;
  /** Null: its content was not taken, or is that of an earlier file. */
  readonly sha256: string | null;
  readonly batchId: number | null;
  /** Null: there is no batch, or it was deleted. */
  readonly batchState: BatchState | null;
  readonly state: WatchedState;
  readonly note: string | null;
  readonly createdAt: string;
  /** When it was moved out of the folder; null: not yet. */
  readonly movedAt: string | null;
}

export type NewWatchedFile = Pick<WatchedFile, 'name' | 'stamp' | 'state' | 'note'> &
  Partial<Pick<WatchedFile, 'sha256' | 'batchId'>>;

/** Whether a person has to say how the file is read or matched. */
export function waitsForPerson({ state, batchState }: WatchedFile): boolean {
  return state === 'taken' && batchState !== null && ['uploaded', 'checking', 'checked'].includes(batchState);
}

export async function insertWatchedFile(trx: Db, file: NewWatchedFile): Promise<void> {
  await trx('watched_files').insert({
    ...{ name: file.name, stamp: file.stamp, state: file.state, note: file.note },
    ...{ sha256: file.sha256 ?? null, batch_id: file.batchId ?? null },
    created_at: await isoTimeOf(trx),
  });
}

export async function endWatchedFile(
  trx: Db,
  id: number,
  end: Pick<WatchedFile, 'state' | 'note'>,
): Promise<void> {
  // The same content can be put there again: it was not scored.
  const again = end.state === 'failed' ? { sha256: null } : {};
  await trx('watched_files')
    .where({ id })
    .update({ ...end, ...again });
}

export async function markMoved(db: Db, id: number): Promise<void> {
  await db('watched_files')
    .where({ id })
    .update({ moved_at: await isoTimeOf(db) });
}

export async function findWatchedByHash(db: Db, sha256: string): Promise<WatchedFile | undefined> {
  return listed(db).where('watched_files.sha256', sha256).first<WatchedFile | undefined>();
}

/** Those that are still in the folder, the oldest first. */
export async function listUnmoved(db: Db): Promise<WatchedFile[]> {
  return listed(db).whereNull('moved_at').orderBy('watched_files.id');
}

/** Newest first. */
export async function listWatchedFiles(db: Db, limit: number): Promise<WatchedFile[]> {
  return listed(db).orderBy('watched_files.id', 'desc').limit(limit);
}

function listed(db: Db) {
  return db('watched_files')
    .leftJoin('batches', 'batches.id', 'watched_files.batch_id')
    .select(
      ...['watched_files.id as id', 'name', 'stamp', 'watched_files.sha256 as sha256', 'note'],
      ...['watched_files.state as state', 'batch_id as batchId', 'batches.state as batchState'],
      ...['watched_files.created_at as createdAt', 'moved_at as movedAt'],
    );
}
