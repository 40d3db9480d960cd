/** Databases that run an exported model over rows of text: what its self-test says, and the rows of its view. */
import Database from 'better-sqlite3';
import { Client } from 'pg';
import { DuckDBInstance } from '@duckdb/node-api';

/** A row of the view; NULL is null. */
export interface ViewRow {
  readonly id: string;
  readonly churn_probability: number | null;
  readonly risk_level: string | null;
  /** Undefined: the model has no reasons that add up. */
  readonly strongest_reason?: string | null;
  readonly notes: string | null;
}

export interface SqlRun {
  readonly selfTest: string;
  readonly rows: readonly ViewRow[];
}

/** The table `customers`: columns with their types, and rows; the first column is `id`. */
export interface CustomerTable {
  readonly columns: readonly (readonly [name: string, type: string])[];
  readonly rows: readonly (readonly (string | null)[])[];
}

const all = 'SELECT * FROM customers_scores';

export function runInSqlite(script: string, { columns, rows }: CustomerTable): SqlRun {
  const { selfTest, view } = partsOf(script);
  const db = new Database(':memory:');
  db.exec(`CREATE TABLE customers (${columnList(columns)})`);
  const insert = db.prepare(`INSERT INTO customers VALUES (${columns.map(() => '?').join(', ')})`);
  db.transaction(() => {
    for (const row of rows) insert.run(...row);
  })();
  db.exec(view);
  const [test] = db.prepare(selfTest).all() as { self_test: string }[];
  const scored = db.prepare(all).all() as ViewRow[];
  db.close();
  return { selfTest: test!.self_test, rows: scored };
}

export async function runInDuckDb(script: string, { columns, rows }: CustomerTable): Promise<SqlRun> {
  const { selfTest, view } = partsOf(script);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE texts (${columnList(columns.map(([name]) => [name, 'VARCHAR']))})`);
  const appender = await connection.createAppender('texts');
  for (const row of rows) {
    for (const cell of row) {
      if (cell === null) appender.appendNull();
      else appender.appendVarchar(cell);
    }
    appender.endRow();
  }
  appender.closeSync();
  const typed = columns.map(([name, type]) => `CAST(${name} AS ${type}) AS ${name}`);
  await connection.run(`CREATE TABLE customers AS SELECT ${typed.join(', ')} FROM texts`);
  await connection.run(view);
  const [test] = (await connection.runAndReadAll(selfTest)).getRowObjectsJS();
  const scored = (await connection.runAndReadAll(all)).getRowObjectsJS();
  connection.closeSync();
  instance.closeSync();
  return { selfTest: test!['self_test'] as string, rows: scored as unknown as ViewRow[] };
}

/** `url`: a database of a server, which may have tables already. */
export async function runInPostgres(
  url: string,
  script: string,
  { columns, rows }: CustomerTable,
): Promise<SqlRun> {
  const { selfTest, view } = partsOf(script);
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      `SET jit = off; DROP TABLE IF EXISTS customers CASCADE; CREATE TABLE customers (${columnList(columns)})`,
    );
    const arrays = columns.map((_, j) => rows.map((row) => row[j]!));
    const typed = columns.map(([name, type], j) => `CAST(c${j} AS ${type}) AS ${name}`);
    const names = columns.map((_, j) => `c${j}`);
    const texts = columns.map((_, j) => `$${j + 1}::text[]`);
    await client.query(
      `INSERT INTO customers SELECT ${typed.join(', ')} FROM unnest(${texts.join(', ')}) AS t (${names.join(', ')})`,
      arrays,
    );
    await client.query(view);
    const test = (await client.query(selfTest)).rows as { self_test: string }[];
    const scored = (await client.query(all)).rows as ViewRow[];
    return { selfTest: test[0]!.self_test, rows: scored };
  } finally {
    await client.end();
  }
}

/** The two statements of a file. */
export function partsOf(script: string): { readonly selfTest: string; readonly view: string } {
  const [, selfTest = '', view = ''] = script.split(/^-- (?:Self-test|The view)$/m);
  return { selfTest, view };
}

function columnList(columns: CustomerTable['columns']): string {
  return columns.map(([name, type]) => `${name} ${type}`).join(', ');
}
