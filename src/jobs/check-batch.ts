import { checkBatch } from '../domain/batches/check.ts';
import { openFiles } from '../store/files/open-files.ts';
import { getBatch } from '../store/batches.ts';
import { openBlockThreads } from '../domain/batches/blocks/block-threads.ts';
import type { JobHandler } from './job-handler.ts';

export const runCheckBatch: JobHandler = async ({ db, config, step }, { batchId }) => {
  const env = { ...config, files: openFiles(config), openRunner: openBlockThreads(config.threadMemoryMb) };
  return checkBatch(db, env, await getBatch(db, Number(batchId)), { step });
};
