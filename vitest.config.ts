import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { findPostgres } from './scripts/find-postgres.js';

const all = 'tests/**/*.test.ts';
/** Threads and whole-program rules are the same on every database. */
const elsewhere = /^(tasks|contracts)/;
/** Without a server these are left out; scripts/ensure-test-programs.js says so. */
const postgres = {
  extends: true as const,
  test: {
    name: 'postgres',
    include: findPostgres() ? filesWithDatabase() : [],
    globalSetup: './tests/helpers/postgres-setup.ts',
    setupFiles: './tests/helpers/use-postgres.ts',
  },
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
    projects: [
      { extends: true, test: { name: 'sqlite', include: [all], exclude: ['tests/db/**'] } },
      ...(postgres.test.include.length > 0 ? [postgres] : []),
    ],
  },
});

/** The tests that run on both databases: all others that open the database of a test. */
function filesWithDatabase(): string[] {
  return readdirSync('tests', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && !elsewhere.test(name))
    .map((name) => join('tests', name))
    .filter((path) =>
      /createTestApp|createScoreStore|createTestDatabase|startMachines/.test(readFileSync(path, 'utf8')),
    );
}
