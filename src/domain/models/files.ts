/** Model files on disk: written so that a crash leaves the old state or the new one, read with their checksum. */
import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../errors.ts';
import { privateFile, privateFolder } from '../../private-files.ts';
import { decodeModelFile, encodeModelFile, ModelFileError } from '../../ml/model/file.ts';
import type { Model } from '../../ml/model/model.ts';
import type { ModelRecord } from '../../store/models.ts';

type FileOf = Pick<ModelRecord, 'file' | 'sha256' | 'label'>;

interface Kept {
  readonly model: Model;
  /** The state of the file when its checksum was verified. */
  readonly state: string;
  readonly byteSize: number;
}

/** The models that were used last, in this thread. */
const kept = new Map<string, Kept>();
const maxKept = 4;
/** Of their files together; a larger one is kept alone. */
const maxKeptBytes = 128 * 1024 * 1024;
const freshMs = 100;
/** The largest file that is read; a forest trained on a million rows is smaller. */
const maxFileLength = 512 * 1024 * 1024;
/** By path: the checksum that a file had in a state; it is read again when its state has changed, once for all who ask. */
const checksums = new Map<string, { readonly sha256: Promise<string>; readonly state: string }>();

/** Writes the model under `file` and gives the SHA-256 of its bytes. */
export async function writeModelFile(modelsDir: string, file: string, model: Model): Promise<string> {
  const bytes = encodeModelFile(model, sha256);
  await writeWhole(join(modelsDir, file), bytes);
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Reads a model, with the threshold of its record. The last few stay in memory, and are used only while
 * their file is unchanged on disk.
 * @throws AppError 409 when the file is missing, changed or damaged.
 */
export async function readModelFile(
  modelsDir: string,
  record: FileOf & Partial<Pick<ModelRecord, 'threshold'>>,
): Promise<Model> {
  const model = await refusing(record, () => readFromFile(modelsDir, record));
  return record.threshold === undefined ? model : { ...model, threshold: record.threshold };
}

/** Without reading the model. @throws AppError 409 when the file is missing, changed or damaged. */
export async function verifyModelFile(modelsDir: string, record: FileOf): Promise<void> {
  await refusing(record, async () => {
    const path = pathOf(modelsDir, record);
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const state = await stateOf(handle);
      let known = checksums.get(path);
      if (known?.state !== state) {
        known = { sha256: checksumOf(handle), state };
        checksums.set(path, known);
        known.sha256.catch(() => checksums.delete(path));
      }
      if ((await known.sha256) !== record.sha256) throw new ModelFileError(changed);
    } finally {
      await handle.close();
    }
  });
}

async function checksumOf(handle: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of handle.createReadStream({ autoClose: false })) hash.update(piece as Buffer);
  return hash.digest('hex');
}

async function readFromFile(modelsDir: string, record: FileOf): Promise<Model> {
  const handle = await open(pathOf(modelsDir, record), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const state = await stateOf(handle);
    const key = `${modelsDir} ${record.sha256}`;
    const known = kept.get(key);
    if (known?.state === state) return remember(key, known).model;
    kept.delete(key);
    const bytes = await handle.readFile();
    if (createHash('sha256').update(bytes).digest('hex') !== record.sha256) throw new ModelFileError(changed);
    return remember(key, { model: decodeModelFile(bytes, sha256), state, byteSize: bytes.length }).model;
  } finally {
    await handle.close();
  }
}

const changed = 'Its file is not the one that was trained.';

/** What is wrong with a model's file, in words that say what to do. */
async function refusing<T>(record: FileOf, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof ModelFileError ? error.message : 'Its file is missing or cannot be read.';
    throw new AppError(
      409,
      'model-unusable',
      `The model ${record.label} cannot be used. ${reason} Restore the file from a backup, or activate or train another model.`,
    );
  }
}

/** Always inside the models folder: a name with a path does not lead out of it. */
function pathOf(modelsDir: string, { file }: FileOf): string {
  return join(modelsDir, basename(file));
}

/**
 * Changes when the file is written or replaced, because a program cannot set the change time (ctime) back. Times
 * move in steps, so that a file which changed a moment ago is in a state of its own each time it is asked.
 */
async function stateOf(handle: FileHandle): Promise<string> {
  const { ino, size, mtimeNs, ctimeNs, ctimeMs } = await handle.stat({ bigint: true });
  const isFresh = Date.now() - Number(ctimeMs) < freshMs;
  return [ino, size, mtimeNs, ctimeNs, isFresh ? randomUUID() : ''].join(' ');
}

/** A model file anywhere on disk. @throws AppError 422 when it is none, in words */
export async function loadModelFile(path: string): Promise<Model> {
  return (await loadHashedModel(path)).model;
}

/** The same, with the SHA-256 of the whole file. */
export async function loadHashedModel(
  path: string,
): Promise<{ readonly model: Model; readonly sha256: string }> {
  try {
    if ((await stat(path)).size > maxFileLength) throw new ModelFileError('The model file is too large.');
    const bytes = await readFile(path);
    const model = decodeModelFile(bytes, sha256);
    return { model, sha256: createHash('sha256').update(bytes).digest('hex') };
  } catch (error) {
    if (error instanceof ModelFileError) throw new AppError(422, 'unusable-model', error.message);
    throw error;
  }
}

export async function removeModelFile(modelsDir: string, file: string): Promise<void> {
  await rm(join(modelsDir, basename(file)), { force: true });
}

/** Temporary name, fsync, rename, fsync of the folder: a file under its final name is always complete. */
export async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: privateFolder });
  const temporary = `${path}.${process.pid}.tmp`;
  const handle = await open(temporary, 'w', privateFile);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Least recently used first; those are evicted when there are too many. */
function remember(key: string, entry: Kept): Kept {
  kept.delete(key);
  kept.set(key, entry);
  let total = [...kept.values()].reduce((sum, { byteSize }) => sum + byteSize, 0);
  for (const [oldest, { byteSize }] of kept) {
    if (kept.size === 1 || (kept.size <= maxKept && total <= maxKeptBytes)) break;
    kept.delete(oldest);
    total -= byteSize;
  }
  return entry;
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
