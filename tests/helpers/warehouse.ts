/** A database of a company: a PostgreSQL server with passwords, a user who may only read and one who may write. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { Client } from 'pg';
import { findPostgres } from '../../scripts/find-postgres.js';
import { startPostgres } from './postgres-server.ts';

/** Without PostgreSQL, tests that need a warehouse are left out. */
export const hasPostgres = findPostgres() !== undefined;

/** Settings of the application for it. */
export const warehouseSettings = {
  SECRETS_KEY: 'the-key-of-the-tests-long-enough-for-one',
  WAREHOUSE_HOSTS: '127.0.0.1',
  WAREHOUSE_TIMEOUT_SECONDS: '2',
};

export interface TestWarehouse {
  readonly port: number;
  /** As its administrator. */
  run(statement: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** The fields of a connection's form. */
  form(change?: Record<string, string>): Record<string, string>;
  stop(): Promise<void>;
}

const accounts = `
  CREATE ROLE reader LOGIN PASSWORD 'read it';
  CREATE ROLE writer LOGIN PASSWORD 'write it';
  CREATE SCHEMA analytics AUTHORIZATION writer;
  GRANT USAGE ON SCHEMA analytics TO reader;
  ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader;
  CREATE TABLE secret (id int);
  REVOKE ALL ON secret FROM PUBLIC, reader`;

export async function startWarehouse(): Promise<TestWarehouse> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-warehouse-'));
  const rules = join(folder, 'pg_hba.conf');
  writeFileSync(rules, 'host all holdfast all trust\nhost all all all scram-sha-256\n');
  chmodSync(folder, 0o755);
  const server = await startPostgres(findPostgres()!, { hba_file: rules });
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(accounts);
  const port = Number(new URL(server.url).port);
  return {
    port,
    run: async (statement, values) => {
      const { rows } = await client.query(statement, values);
      return rows as Record<string, unknown>[];
    },
    form: (change = {}) => ({
      name: 'Warehouse',
      host: '127.0.0.1',
      port: String(port),
      database: 'postgres',
      username: 'reader',
      password: 'read it',
      tls: 'off',
      ...change,
    }),
    stop: async () => {
      await client.end();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Creates a table of text columns that everybody may read, from CSV. */
export async function createTable(warehouse: TestWarehouse, name: string, csv: string): Promise<void> {
  const [header = [], ...rows] = parse(csv);
  const columns = header.map((column) => `"${column}" text`).join(', ');
  await warehouse.run(`CREATE TABLE ${name} (${columns}); GRANT SELECT ON ${name} TO reader`);
  await warehouse.run(
    `INSERT INTO ${name} SELECT ${header.map((_, j) => `row->>${j}`).join(', ')} FROM json_array_elements($1) AS row`,
    [JSON.stringify(rows)],
  );
}
