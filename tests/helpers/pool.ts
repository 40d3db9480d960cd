/** A second process with a worker pool, on the database and the folders of a test. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import type { TestApp } from './app.ts';

/** The caller ends it. */
export function startPoolProcess({ context: { config } }: TestApp): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', resolve(import.meta.dirname, 'pool-process.ts')], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: config.databaseUrl,
      DATA_DIR: config.dataDir,
      MODELS_DIR: config.modelsDir,
      UPLOADS_DIR: config.uploadsDir,
    },
    stdio: 'inherit',
  });
}
