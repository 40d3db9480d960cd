import { scoreBatch } from '../domain/batches/scoring.ts';
import { openBlockThreads } from '../domain/batches/blocks/block-threads.ts';
import { openFiles } from '../store/files/open-files.ts';
import type { JobHandler } from './job-handler.ts';

export const runScoreBatch: JobHandler = ({ db, config, ...steps }, { batchId }) =>
  scoreBatch(
    db,
    { ...config, files: openFiles(config), openRunner: openBlockThreads(config.threadMemoryMb) },
    Number(batchId),
    steps,
  );
