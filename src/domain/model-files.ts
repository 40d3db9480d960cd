/** Model files on disk: written so that a crash leaves the old state or the new one, read with their checksum. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../errors.ts';
import { privateFile, privateFolder } from '../private-files.ts';
import { decodeModelFile, encodeModelFile, ModelFileError } from '../ml/model-file.ts';
import type { Model } from '../ml/model.ts';
import type { ModelRecord } from '../store/models.ts';

const kept = new Map<string, Model>();
const maxKept = 4;

/** Writes the model under `file` and gives the SHA-256 of its bytes. */
export async function writeModelFile(modelsDir: string, file: string, model: Model): Promise<string> {
  const bytes = encodeModelFile(model, sha256);
  await writeWhole(join(modelsDir, file), bytes);
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Reads a model, with the threshold that the registry says; the last few stay in memory.
 * @throws AppError 409 when the file is missing, changed or damaged.
 */
export async function readModelFile(
  modelsDir: string,
  record: Pick<ModelRecord, 'file' | 'sha256' | 'label'> & Partial<Pick<ModelRecord, 'threshold'>>,
): Promise<Model> {
  const model = await readFromFile(modelsDir, record);
  return record.threshold === undefined ? model : { ...model, threshold: record.threshold };
}

async function readFromFile(
  modelsDir: string,
  record: Pick<ModelRecord, 'file' | 'sha256' | 'label'>,
): Promise<Model> {
  const known = kept.get(record.sha256);
  if (known) return remember(record.sha256, known);
  try {
    const bytes = await readNoLink(join(modelsDir, basename(record.file)));
    if (createHash('sha256').update(bytes).digest('hex') !== record.sha256) {
      throw new ModelFileError('The file is not the one that was trained.');
    }
    return remember(record.sha256, decodeModelFile(bytes, sha256));
  } catch (error) {
    const reason = error instanceof ModelFileError ? error.message : 'Its file cannot be read.';
    throw new AppError(
      409,
      'model-unusable',
      `The model ${record.label} cannot be used. ${reason} An administrator can train or activate another one.`,
    );
  }
}

/** A model file anywhere on disk. @throws AppError 422 when it is none, in words */
export async function loadModelFile(path: string): Promise<Model> {
  try {
    return decodeModelFile(await readFile(path), sha256);
  } catch (error) {
    if (error instanceof ModelFileError) throw new AppError(422, 'unusable-model', error.message);
    throw error;
  }
}

export async function removeModelFile(modelsDir: string, file: string): Promise<void> {
  await rm(join(modelsDir, basename(file)), { force: true });
}

/** Temporary name, fsync, rename, fsync of the folder: the name never stands for half a file. */
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

/** The one used last stands last; the first goes when there are too many. */
function remember(key: string, model: Model): Model {
  kept.delete(key);
  kept.set(key, model);
  if (kept.size > maxKept) kept.delete(kept.keys().next().value!);
  return model;
}

/** A link in the models folder could name any file of the machine. */
async function readNoLink(path: string): Promise<Buffer> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
