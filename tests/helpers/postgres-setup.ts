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
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres(findPostgres()!);
  await createTemplate(server.url, server.urlOf(template));
  project.provide('postgresUrl', server.url);
  return () => server.stop();
}

async function createTemplate(url: string, templateUrl: string): Promise<void> {
  const db = openDatabase(url);
  await db.raw(`CREATE DATABASE ${template}`);
  await db.destroy();
  const empty = openDatabase(templateUrl);
  await migrate(empty);
  await empty.destroy();
}
