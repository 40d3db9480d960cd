/**
 * Removes orphaned files of uploads, datasets and models, expired limits and sessions, and old answers, and counts scores that can be
 * read again. A file is removed only if no
 * record refers to it and it is old: a file that is still being written has no record yet.
 */
import { randomUUID } from 'node:crypto';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { errorFields } from '../../errors.ts';
import { deleteOldAnswers } from '../../store/api-answers.ts';
import { removeGroupsWithoutJob } from '../../store/batch-blocks.ts';
import { listBatchFiles } from '../../store/batches.ts';
import { listDatasetFiles } from '../../store/datasets.ts';
import { listModelFiles } from '../../store/models.ts';
import { deleteExpiredLimits } from '../../store/rate-limits.ts';
import { deleteExpiredSessions } from '../../store/sessions.ts';
import { sweepFiles } from '../files/upkeep.ts';
import { removeStaleSnapshots } from '../backup/snapshots.ts';
import { isBatchFile } from '../batches/files.ts';
import { countRepairedScores } from '../batches/mark-latest.ts';
import { datasetFolder } from '../datasets/datasets.ts';

/** No upload, conversion or training takes that long. */
const safeAgeMs = 24 * 3_600_000;

/** Runs at start and at intervals. An error in one part is logged and does not stop the others. */
export async function sweep(context: Context): Promise<void> {
  const { config, db, log, tasks } = context;
  const parts: Readonly<Record<string, () => Promise<unknown>>> = {
    uploads: () =>
      sweepFolder(config.uploadsDir, async () => {
        const known = new Set(await listBatchFiles(db));
        return (name) => name === '.gitkeep' || isBatchFile(name, known);
      }),
    datasets: () =>
      sweepFolder(join(config.dataDir, datasetFolder), async () => {
        const known = new Set(await listDatasetFiles(db));
        return (name) => known.has(join(datasetFolder, name.replace(/\.current$/, '')));
      }),
    models: () =>
      sweepFolder(config.modelsDir, async () => {
        const known = new Set(await listModelFiles(db));
        return (name) => !/\.holdfast(\.\d+\.tmp)?$/.test(name) || known.has(name);
      }),
    scores: async () => {
      for (const id of await tasks.run('listRepairedScores', {})) await countRepairedScores(db, id);
    },
    snapshots: () => removeStaleSnapshots(config.dataDir),
    copies: () => sweepFiles(context),
    blocks: () => removeGroupsWithoutJob(db),
    limits: () => deleteExpiredLimits(db),
    sessions: () => deleteExpiredSessions(db),
    answers: () => deleteOldAnswers(db),
  };
  for (const [part, run] of Object.entries(parts)) {
    try {
      await run();
    } catch (error) {
      log.error({ part, ...errorFields(error) }, 'Leftovers could not be removed; trying again later');
    }
  }
}

/**
 * Returns how many files were removed. The folder is read before the references, so that a file whose row is added in
 * between is known.
 */
async function sweepFolder(
  folder: string,
  readReferences: () => Promise<(name: string) => boolean>,
): Promise<number> {
  const names = await readdir(folder).catch(noFolder);
  const isKept = await readReferences();
  let removed = 0;
  let now: number | null = null;
  for (const name of names.filter((one) => !isKept(one))) {
    const path = join(folder, name);
    // Another process may sweep too.
    const found = await stat(path).catch(() => null);
    if (!found?.isFile()) continue;
    now ??= await folderTime(folder);
    if (now - found.mtimeMs < safeAgeMs) continue;
    await rm(path, { force: true });
    removed++;
  }
  return removed;
}

/** The time that files written to the folder get, in milliseconds: another machine's clock where that keeps the folder. */
async function folderTime(folder: string): Promise<number> {
  const probe = join(folder, `.time-${randomUUID()}`);
  try {
    await writeFile(probe, '');
    return (await stat(probe)).mtimeMs;
  } finally {
    await rm(probe, { force: true });
  }
}

function noFolder(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
