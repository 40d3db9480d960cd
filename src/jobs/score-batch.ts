import { isPostgres } from '../db/sql.ts';
import { scoreBatch } from '../domain/batches/scoring.ts';
import { openBlockThreads } from '../domain/batches/blocks/block-threads.ts';
import { openFiles } from '../store/files/open-files.ts';
import type { JobHandler } from './job-handler.ts';

export const runScoreBatch: JobHandler = ({ db, config, lease, ...steps }, { batchId }) => {
  const files = openFiles(config);
  const openRunner = openBlockThreads(config.threadMemoryMb);
  // Only where several machines read and write the same folders: SQLite has one machine, whose processors the threads keep busy.
  const shared = isPostgres(db) && !files.isShared ? lease : undefined;
  return scoreBatch(db, { ...config, files, openRunner, lease: shared }, Number(batchId), steps);
};
