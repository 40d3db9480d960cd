/** Score files that cannot be read: each is noted once somebody meets it, and left out of everything from then on. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Db } from '../../db.ts';
import { DamagedScores, FileElsewhere } from '../../errors.ts';
import type { DamagedUpload } from '../../errors.ts';
import { findStored, uploadName } from '../files/records.ts';
import { scoreFile } from './names.ts';
import { damageOf, isBeingWritten, uploadOf, listScoredBatches, openScoresOf } from './store.ts';
import type { ScoreStore, ScoredBatch } from './store.ts';

/**
 * Runs `work`, which leaves out what is noted, again after each score file that it could not read. `noticed` hears of
 * each. @throws DamagedScores when the file was noted already: `work` cannot do without it
 */
export async function despiteDamage<T>(
  db: Db,
  work: () => Promise<T>,
  noticed: (damage: DamagedScores) => void = () => undefined,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DamagedScores) || !(await noteDamage(db, error))) throw error;
      noticed(error);
    }
  }
}

/**
 * False: it was noted before, or another file has taken its place since.
 * @throws FileElsewhere where the file is stored: what is missing or damaged is a copy
 */
export async function noteDamage(db: Db, damage: DamagedScores): Promise<boolean> {
  const name = await storedNameOf(db, damage.upload.batchId);
  if (name !== null) throw new FileElsewhere(name);
  return noteLoss(db, damage);
}

/** null: it is in the folder alone. */
async function storedNameOf(db: Db, batchId: number): Promise<string | null> {
  const [file] = await db('batches').where({ id: batchId }).pluck<string[]>('file');
  const stored = file === undefined ? undefined : await findStored(db, uploadName(scoreFile(file)));
  return stored?.name ?? null;
}

/** The file is damaged or missing everywhere. */
async function noteLoss(
  db: Db,
  { upload, problem }: Pick<DamagedScores, 'upload' | 'problem'>,
): Promise<boolean> {
  const noted = await db('batches')
    .where({ id: upload.batchId, score_bytes: upload.scoreBytes })
    .whereNull('scores_problem')
    .update({ scores_problem: problem.slice(0, 200) });
  return noted === 1;
}

/** The store of shared files no longer has this file as it was stored; nothing happens unless it has scores. */
export async function noteLostFile(db: Db, name: string, problem: string): Promise<void> {
  for (const batch of await listScoredBatches(db))
    if (uploadName(scoreFile(batch.file)) === name) await noteLoss(db, { upload: uploadOf(batch), problem });
}

export interface UnreadableScores extends DamagedUpload {
  readonly problem: string;
}

/** What is noted, and what is missing or too short, which is quick to see. */
export async function listUnreadableScores(store: ScoreStore): Promise<UnreadableScores[]> {
  const batches = await listScoredBatches(store.db);
  return batches.flatMap((batch) =>
    unreadableOf({
      ...batch,
      problem: batch.problem ?? (isBeingWritten(store, batch) ? null : lengthProblem(store, batch)),
    }),
  );
}

/** One where something is noted, otherwise none. */
export function unreadableOf({ id, name, uploadedAt, scoreBytes, problem }: ScoredBatch): UnreadableScores[] {
  return problem === null ? [] : [{ batchId: id, name, uploadedAt, scoreBytes, problem }];
}

function lengthProblem({ folder }: ScoreStore, batch: ScoredBatch): string | null {
  const size = statSync(join(folder, scoreFile(batch.file)), { throwIfNoEntry: false })?.size;
  if (size === undefined) return 'it is missing';
  return size < batch.scoreBytes ? 'it is cut short' : null;
}

/** Noted batches whose score files are as they were written: restored from a backup, say. Reads all of each. */
export async function listRepairedScores(store: ScoreStore): Promise<number[]> {
  const noted = await listScoredBatches(store.db, (query) => void query.whereNotNull('scores_problem'));
  return noted.filter((batch) => isWhole(store, batch)).map(({ id }) => id);
}

/** Names of uploads whose score file is not as it was written, and how many there are at all. Reads all of each. */
export async function listDamagedScores(
  store: ScoreStore,
): Promise<{ readonly damaged: string[]; readonly count: number }> {
  const written = (await listScoredBatches(store.db)).filter((batch) => !isBeingWritten(store, batch));
  const damaged = written.filter((batch) => !isWhole(store, batch)).map(({ name }) => name);
  return { damaged, count: written.length };
}

function isWhole(store: ScoreStore, batch: ScoredBatch): boolean {
  try {
    const file = openScoresOf(store, batch);
    try {
      if (file.rowCount !== batch.scoreRows) throw damageOf(batch)('it has another number of rows');
      file.check();
    } finally {
      file.close();
    }
    return true;
  } catch (error) {
    if (error instanceof DamagedScores) return false;
    throw error;
  }
}
