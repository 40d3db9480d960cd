/** A process of its own that does nothing but work on the jobs of the database that its environment names. */
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/db.ts';
import { startWorkerPool } from '../../src/jobs/worker-pool.ts';

const config = readConfig(process.env);
const silent = (): void => undefined;
startWorkerPool({
  config,
  db: openDatabase(config.databaseUrl),
  log: { info: silent, warn: silent, error: silent },
  tasks: { run: () => Promise.reject(new Error('There are no tasks here.')) },
});
