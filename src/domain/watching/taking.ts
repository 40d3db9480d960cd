/**
 * Taking a file of the watched folder: a copy becomes a batch, in one transaction with the record that its content was taken.
 * The file itself stays where it is until the batch has ended: whatever stops in between, nothing is lost, and nothing taken twice.
 */
import { createHash, randomBytes } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { AppError, TryLater } from '../../errors.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { findWatchedByHash, insertWatchedFile, listUnmoved } from '../../store/watched-files.ts';
import type { NewWatchedFile } from '../../store/watched-files.ts';
import { checkAlertsLater } from '../alerts/due.ts';
import { checkAndScoreLater, openUploadStore, prepareBatch } from '../batches/batches.ts';
import { removeFiles } from '../batches/files.ts';
import { isComplete } from '../batches/mapping.ts';
import { guessForActiveModel } from '../batches/matching.ts';
import { rememberedOutcome } from '../batches/outcome-column.ts';
import type { CsvIntake } from '../csv/intake.ts';
import { stampOf } from './folder.ts';
import type { FoundFile } from './folder.ts';

export interface WatchEnv {
  readonly db: Db;
  readonly config: Config;
  /** Reads all of a file, which takes a while for a large one. */
  readonly takeIn: (path: string) => Promise<CsvIntake>;
}

/** Any number of processes may take the same file: one of them does. */
export async function takeFile(env: WatchEnv, folder: string, found: FoundFile): Promise<void> {
  if (found.problem !== null) return refuse(env.db, found, found.problem);
  const file = randomBytes(16).toString('hex');
  let isTaken = false;
  try {
    isTaken = await takeCopy(env, join(folder, found.name), found, file);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === null) throw error;
    await refuse(env.db, found, reason);
  } finally {
    if (!isTaken) await removeFiles(env.config.uploadsDir, file);
  }
}

/** False: it has changed, or its content was taken before. */
async function takeCopy(env: WatchEnv, path: string, found: FoundFile, file: string): Promise<boolean> {
  const { db, config, takeIn } = env;
  const sha256 = await copyWhole(path, join(config.uploadsDir, file), found.stamp);
  if (sha256 === null) return false;
  const { name, stamp } = found;
  const earlier = await findWatchedByHash(db, sha256);
  if (earlier) {
    await recordOnce(db, { name, stamp, state: 'done', note: sameAs(earlier.name) });
    return false;
  }
  const store = openUploadStore({ db, config });
  const register = await prepareBatch(store, { file, originalName: name.slice(0, 255) }, takeIn);
  return inTransaction(db, async (trx) => {
    if (await findWatchedByHash(trx, sha256)) return false;
    const batch = await register(trx, null);
    const note = await scoreOrWait(trx, batch);
    await insertWatchedFile(trx, { name, stamp, sha256, batchId: batch.id, state: 'taken', note });
    return true;
  });
}

function sameAs(name: string): string {
  return `Its content is that of ${name}, which was taken before. It was not scored again.`;
}

/** Gives the SHA-256 of what was copied; null: the file is another one by now, or was written to meanwhile. */
async function copyWhole(from: string, to: string, stamp: string): Promise<string | null> {
  const file = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const hash = createHash('sha256');
    const source = file.createReadStream({ autoClose: false });
    source.on('data', (bytes) => hash.update(bytes));
    await pipeline(source, createWriteStream(to, { flags: 'wx' }));
    return stampOf(await file.stat()) === stamp ? hash.digest('hex') : null;
  } finally {
    await file.close();
  }
}

/** With the active model. Gives why it waits for a person instead; null: it is being scored. */
async function scoreOrWait(trx: Db, batch: BatchRecord): Promise<string | null> {
  const plan = await guessForActiveModel(trx, batch);
  const reason = await whyNotAtOnce(trx, batch, plan !== null && isComplete(plan.mapping));
  if (reason === null && plan) await checkAndScoreLater(trx, { id: null }, batch.id, plan);
  else await checkAlertsLater(trx);
  return reason;
}

async function whyNotAtOnce(
  trx: Db,
  { header, format }: BatchRecord,
  isMatched: boolean,
): Promise<string | null> {
  if ((format.sheet?.names.length ?? 0) > 1) return 'It has several sheets: choose one.';
  if (!isMatched)
    return 'Some columns of the active model are not in the file, or no model is active: match them.';
  const outcome = await rememberedOutcome(trx, header);
  return outcome === null ? null : 'A column said outcomes in an earlier file: confirm that it does.';
}

/** What is recorded is moved away by the next look. */
async function refuse(db: Db, { name, stamp }: FoundFile, reason: string): Promise<void> {
  await recordOnce(db, { name, stamp, state: 'failed', note: reason });
}

/** Another process may have recorded the same file. */
async function recordOnce(db: Db, file: NewWatchedFile): Promise<void> {
  await inTransaction(db, async (trx) => {
    const isRecorded = (await listUnmoved(trx)).some(
      ({ name, stamp }) => name === file.name && stamp === file.stamp,
    );
    if (isRecorded) return;
    await insertWatchedFile(trx, file);
    if (file.state === 'failed') await checkAlertsLater(trx);
  });
}

/** Of an error that the file is to blame for; null: another try may do better. */
function reasonOf(error: unknown): string | null {
  if (error instanceof AppError) return error instanceof TryLater ? null : error.message;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall !== 'open') return null;
  if (code === 'EACCES' || code === 'EPERM') return 'Holdfast may not read it. Give its user the right to.';
  return code === 'ELOOP' ? 'It is a link. Put the file itself into the folder.' : null;
}
