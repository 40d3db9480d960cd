import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { findPostgres } from './scripts/find-postgres.js';

/** Threads, whole-program rules and what a browser shows are the same on every database. */
const elsewhere = /^(tasks|contracts|e2e)/;
/** All others that open the database of a test run on both. */
const opensDatabase = /createTestApp|openSite|createScoreStore|createTestDatabase|startMachines/;
/** Files that replace modules or settings of the process: theirs are not for other files. */
const changesProcess = /vi\.(mock|hoisted|stub|spyOn|useFakeTimers)|process\.env\[[^\]]+\] =/;

const files = readdirSync('tests', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => ({ name, path: join('tests', name), text: readFileSync(join('tests', name), 'utf8') }));
/** Without a server none; scripts/ensure-test-programs.js says so. */
const onPostgres = findPostgres()
  ? files.filter(({ name, text }) => !elsewhere.test(name) && opensDatabase.test(text))
  : [];
const onSqlite = files.filter(({ name }) => !name.startsWith('db/'));
const postgres = {
  globalSetup: './tests/helpers/postgres-setup.ts',
  setupFiles: './tests/helpers/use-postgres.ts',
};

export default defineConfig({
  test: {
    // Two cores: a worker thread that trains and a browser share them with the tests.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    env: { NODE_ENV: 'test', LOG_LEVEL: 'silent' },
    // Its files leave out the endings of those that they import.
    server: { deps: { inline: ['dt-sql-parser'] } },
    reporters: ['default', './tests/helpers/summary-reporter.ts'],
    projects: [...projectsOf('sqlite', onSqlite, {}), ...projectsOf('postgres', onPostgres, postgres)],
  },
});

/** Most files of a database share the modules that they load: those of the program take a second to load. */
function projectsOf(database: string, tests: typeof files, settings: object) {
  const alone = tests.filter(({ text }) => changesProcess.test(text));
  const together = tests.filter((file) => !alone.includes(file));
  return [
    { name: database, isolate: false, tests: together },
    { name: `${database} alone`, isolate: true, tests: alone },
  ]
    .filter((project) => project.tests.length > 0)
    .map(({ name, isolate, tests }) => {
      const include = tests.map(({ path }) => path);
      return { extends: true as const, test: { ...settings, name, isolate, include } };
    });
}
