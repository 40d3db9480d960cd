/**
 * What every process does about shared files while it runs: it fetches what is new, deletes objects that nothing refers to,
 * and removes copies of what was erased or deleted elsewhere, within seconds.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { errorFields } from '../../errors.ts';
import { listIdleBatchFiles } from '../../store/batches.ts';
import { openSharedFiles } from '../../store/files/open-files.ts';
import { bringKept } from './kept.ts';

const everyMs = 1_000;
const orphansEveryMs = 24 * 3_600_000;

/** Does nothing where files are not shared. */
export function startFileUpkeep(context: Context): void {
  if (context.config.fileStore === null) return;
  let isRunning = false;
  let problem = '';
  const run = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    const found = await keepUp(context).catch((error: unknown) => String(errorFields(error)['message']));
    // Once, not every second.
    if (found !== problem && found !== '')
      context.log.error({ problem: found }, 'Shared files are not complete');
    problem = found;
    isRunning = false;
  };
  setInterval(() => void run(), everyMs).unref();
}

/** Once. Gives what is wrong, or nothing. */
export async function keepUp(context: Context): Promise<string> {
  const { db, config } = context;
  const files = openSharedFiles(config);
  if (!files) return '';
  await files.removeStale(db);
  await removeParts(context);
  await files.discard(db);
  return (await bringKept({ db, config })).join(' ');
}

/** What a scoring or check left here that ended elsewhere, or was cancelled: nothing goes on with it. */
async function removeParts({ db, config }: Context): Promise<void> {
  const names = await readdir(config.uploadsDir);
  const parts = names.filter((name) => name.endsWith('.part'));
  if (parts.length === 0) return;
  const idle = new Set(await listIdleBatchFiles(db));
  for (const name of parts) {
    const [file = ''] = /^.*(?=\.(?:scored|rejected)\.csv\.)/.exec(name) ?? [];
    if (idle.has(file)) await rm(join(config.uploadsDir, name), { force: true });
  }
}

/** When this process last looked for orphans. */
let sweptAt = -Infinity;

/** Copies that were not used for long, and once a day objects that nothing refers to. */
export async function sweepFiles({ db, config, log }: Context): Promise<void> {
  const files = openSharedFiles(config);
  if (!files) return;
  await files.limitCopies(db, config.fileCacheBytes);
  if (performance.now() - sweptAt < orphansEveryMs) return;
  const count = await files.sweepOrphans(db);
  sweptAt = performance.now();
  if (count > 0) log.info({ count }, 'Objects that nothing refers to were deleted');
}
