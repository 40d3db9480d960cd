/** Files of the watched folder whose batch has ended, or that were refused, are moved out of it, with what is to be said of them. */
import { createWriteStream, existsSync } from 'node:fs';
import { chmod, lstat, mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, parse } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { findBatch } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { endWatchedFile, listUnmoved, markMoved } from '../../store/watched-files.ts';
import type { WatchedFile } from '../../store/watched-files.ts';
import { checkAlertsLater } from '../alerts/due.ts';
import { openSentFile } from '../batches/sent-files.ts';
import { folders, stampOf } from './folder.ts';

interface LeavingEnv {
  readonly db: Db;
  readonly config: Config;
}

/** Each step can be done again: a process that ends in between leaves the rest to the next look. One that cannot be moved keeps no other. */
export async function moveEnded(env: LeavingEnv, folder: string): Promise<void> {
  const problems: unknown[] = [];
  for (const file of await listUnmoved(env.db)) {
    const ended = await endOf(env.db, file);
    if (ended === null) continue;
    try {
      await moveOut(env, folder, ended);
      await markMoved(env.db, ended.id);
    } catch (error) {
      problems.push(error);
    }
  }
  if (problems.length > 0) throw problems[0];
}

/** The file as it has ended; null: its batch is under way, or waits for a person. */
async function endOf(db: Db, file: WatchedFile): Promise<WatchedFile | null> {
  if (file.state !== 'taken') return file;
  const end = endOfBatch(file.batchId === null ? undefined : await findBatch(db, file.batchId));
  if (end === null) return null;
  await inTransaction(db, async (trx) => {
    await endWatchedFile(trx, file.id, end);
    await checkAlertsLater(trx);
  });
  return { ...file, ...end };
}

function endOfBatch(batch: BatchRecord | undefined): Pick<WatchedFile, 'state' | 'note'> | null {
  if (!batch) return { state: 'failed', note: 'It was deleted in Holdfast before it was scored.' };
  const { state, error } = batch;
  if (state === 'done') return { state: 'done', note: null };
  if (state === 'failed') return { state: 'failed', note: error ?? 'It could not be scored.' };
  return state === 'cancelled' ? { state: 'failed', note: 'Its scoring was cancelled.' } : null;
}

async function moveOut(env: LeavingEnv, folder: string, file: WatchedFile): Promise<void> {
  const from = join(folder, file.name);
  if (!(await isStillThere(from, file.stamp))) return;
  const target = join(folder, file.state === 'done' ? folders.done : folders.failed);
  await mkdir(target, { recursive: true });
  const path = join(target, freeName(target, file.name));
  if (file.note !== null) await writeFile(`${path}.txt`, `${file.note}\n`);
  if (file.batchId !== null && file.state === 'done' && env.config.watch.writesResults)
    await writeResults(env, file.batchId, `${path}.scores.csv`, from);
  await rename(from, path);
}

/** What came in its place since is another file, which is taken in its turn. */
async function isStillThere(path: string, stamp: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => null);
  return stats !== null && stampOf(stats) === stamp;
}

function freeName(folder: string, name: string): string {
  const { name: stem, ext } = parse(name);
  for (let number = 1; ; number++) {
    const free = number === 1 ? name : `${stem} (${number})${ext}`;
    if (!existsSync(join(folder, free))) return free;
  }
}

/** As the page of the batch offers it. Whoever may read the file may read its results. */
async function writeResults(env: LeavingEnv, batchId: number, path: string, like: string): Promise<void> {
  const batch = await findBatch(env.db, batchId);
  if (!batch) return;
  const { parts } = await openSentFile(env, batch, 'scored');
  // Its name begins with a dot until it is whole.
  const part = join(dirname(path), `.${basename(path)}.part`);
  await pipeline(parts, createWriteStream(part));
  await chmod(part, (await stat(like)).mode & 0o777);
  await rename(part, path);
}
