/** Model files on disk: written so that a crash leaves the old state or the new one, read with their checksum. */
import { createHash } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../errors.ts';
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

/** Reads a model; the last few stay in memory. @throws AppError 409 when the file is missing, changed or damaged. */
export async function readModelFile(
  modelsDir: string,
  record: Pick<ModelRecord, 'file' | 'sha256' | 'label'>,
): Promise<Model> {
  const known = kept.get(record.sha256);
  if (known) return known;
  try {
    const bytes = await readFile(join(modelsDir, basename(record.file)));
    if (createHash('sha256').update(bytes).digest('hex') !== record.sha256) {
      throw new ModelFileError('The file is not the one that was trained.');
    }
    const model = decodeModelFile(bytes, sha256);
    if (kept.size >= maxKept) kept.delete(kept.keys().next().value!);
    kept.set(record.sha256, model);
    return model;
  } catch (error) {
    const reason = error instanceof ModelFileError ? error.message : 'Its file cannot be read.';
    throw new AppError(
      409,
      'model-unusable',
      `The model ${record.label} cannot be used. ${reason} An administrator can train or activate another one.`,
    );
  }
}

export async function removeModelFile(modelsDir: string, file: string): Promise<void> {
  await rm(join(modelsDir, basename(file)), { force: true });
}

/** Temporary name, fsync, rename, fsync of the folder: the name never stands for half a file. */
export async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
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

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
