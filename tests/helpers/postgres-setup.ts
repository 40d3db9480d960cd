/** Starts PostgreSQL once for all tests that run on it, with an empty database of Holdfast to copy. */
import type { TestProject } from 'vitest/node';
import { findPostgres } from '../../scripts/find-postgres.js';
import { migrate, openDatabase } from '../../src/db.ts';
import { template } from './database.ts';
import { startPostgres } from './postgres-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where databases are created. */
    readonly postgresUrl: string;
    /** How the empty database is copied, as SQL. */
    readonly postgresCopy: string;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres(findPostgres()!);
  project.provide('postgresCopy', await createTemplate(server.url, server.urlOf(template)));
  project.provide('postgresUrl', server.url);
  return () => server.stop();
}

/** From version 15 on the server would copy page by page through its log, which takes ten times as long, unless told. */
async function createTemplate(url: string, templateUrl: string): Promise<string> {
  const db = openDatabase(url);
  await db.raw(`CREATE DATABASE ${template}`);
  const { rows } = await db.raw<{ rows: { version: string }[] }>(
    "SELECT current_setting('server_version_num') AS version",
  );
  await db.destroy();
  const empty = openDatabase(templateUrl);
  await migrate(empty);
  await empty.destroy();
  return Number(rows[0]?.version) >= 150_000 ? 'STRATEGY file_copy' : '';
}
