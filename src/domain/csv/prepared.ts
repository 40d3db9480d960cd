/** Prepares any file on disk like an upload, without changing it. */
import { mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError } from '../../errors.ts';
import type { FirstLine } from './first-line.ts';
import { takeInCsv } from './intake.ts';
import type { CsvIntake } from './intake.ts';

/**
 * `work` gets a path that readCsvChunks can read and that is removed afterwards. `firstLine`: what it holds, where that is
 * known.
 * @throws AppError 415 or 422 with the reason
 */
export async function withPreparedCsv<T>(
  path: string,
  work: (prepared: string, intake: CsvIntake) => T | Promise<T>,
  firstLine: FirstLine | null = null,
): Promise<T> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) throw new AppError(422, 'no-file', `There is no file '${path}'. Check the path.`);
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-'));
  try {
    const prepared = join(folder, 'table.csv');
    // Preparing replaces the path it is given: the link, not its target.
    await symlink(resolve(path), prepared);
    return await work(prepared, await takeInCsv(prepared, firstLine));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
