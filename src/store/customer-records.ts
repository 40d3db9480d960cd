/** The rows of the database that are about one customer. */
import type { Db } from '../db.ts';
import { columnsWith } from './personal-data.ts';

type Row = Readonly<Record<string, unknown>>;

/** By table; tables without such rows are left out. Columns of JSON are parsed. */
export type StoredRecords = Readonly<Record<string, readonly Row[]>>;

export async function listRecordsOf(db: Db, customerId: string): Promise<StoredRecords> {
  const found: Record<string, readonly Row[]> = {};
  for (const { table, columns } of columnsWith('customer')) {
    const rows = await selectOf(db, table).where(`${table}.${columns[0]!}`, customerId);
    if (rows.length > 0) found[table] = (rows as Row[]).map(withParsedJson);
  }
  return found;
}

/** With the name of what a row belongs to. */
function selectOf(db: Db, table: string) {
  const query = db(table).select(`${table}.*`);
  for (const owner of ['campaign', 'plan'])
    if (table === `${owner}_members`)
      void query.join(`${owner}s`, `${owner}s.id`, `${owner}_id`).select(`${owner}s.name as ${owner}`);
  return query;
}

function withParsedJson(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, parsed(value)]));
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
