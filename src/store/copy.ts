/** Every table of the database, copied to another database and compared with the copy, row by row. */
import { inTransaction } from '../db.ts';
import type { Db } from '../db.ts';

interface Table {
  readonly name: string;
  /** The columns of its primary key. */
  readonly key: readonly string[];
}

const withId = (name: string): Table => ({ name, key: ['id'] });

/** A table comes after those that it refers to. */
export const tables: readonly Table[] = [
  withId('users'),
  { name: 'recovery_codes', key: ['user_id', 'code_hash'] },
  { name: 'one_time_links', key: ['token_hash'] },
  { name: 'sessions', key: ['sid'] },
  { name: 'rate_limits', key: ['key'] },
  { name: 'settings', key: ['key'] },
  ...['datasets', 'models', 'batches', 'predictions', 'retention_rules', 'jobs', 'audit_events'].map(withId),
  ...['trainings', 'activations', 'promotion_tests', 'remembered_names'].map(withId),
  { name: 'rule_versions', key: ['number'] },
  withId('campaigns'),
  { name: 'campaign_members', key: ['campaign_id', 'place'] },
  withId('customer_outcomes'),
  withId('set_levels'),
  { name: 'unknown_outcomes', key: ['batch_id', 'customer_id'] },
  withId('plans'),
  { name: 'plan_members', key: ['plan_id', 'place'] },
  withId('actions'),
  withId('past_tests'),
  { name: 'challenger_scores', key: ['prediction_id', 'model_id'] },
  { name: 'stored_files', key: ['name'] },
  { name: 'discarded_files', key: ['key'] },
  { name: 'latest_rows', key: ['batch_id', 'chunk'] },
  { name: 'batch_counts', key: ['batch_id'] },
  { name: 'earlier_ids', key: ['first_id'] },
  withId('batch_blocks'),
  ...['connections', 'queries', 'score_writes'].map(withId),
  ...['groupings', 'segments', 'saved_views'].map(withId),
  ...['alerts', 'alert_receivers', 'alert_messages'].map(withId),
  { name: 'alert_readings', key: ['batch_id'] },
  withId('api_keys'),
  { name: 'api_answers', key: ['api_key_id', 'name_hash'] },
  withId('watched_files'),
];

type Value = string | number | boolean | Buffer | null;
type Row = Readonly<Record<string, Value>>;

export interface Copied {
  readonly table: string;
  readonly rows: number;
}

const rowsAtOnce = 500;

/**
 * Copies what is not there yet, piece by piece, so that a copy that was cut off goes on. The caller keeps others from
 * writing to `from`.
 */
export async function copyTables(from: Db, to: Db, copied: (table: Copied) => void): Promise<void> {
  for (const table of tables) {
    let rows = 0;
    const flags = await booleansOf(to, table);
    for await (const piece of piecesOf(from, table)) {
      await inTransaction(to, async (trx) => {
        const converted = piece.map((row) => withBooleans(row, flags));
        await trx(table.name)
          .insert(converted)
          .onConflict([...table.key])
          .ignore();
      });
      rows += piece.length;
    }
    copied({ table: table.name, rows });
  }
}

async function booleansOf(db: Db, { name }: Table): Promise<readonly string[]> {
  const columns = await db(name).columnInfo();
  return Object.keys(columns).filter((column) => columns[column]!.type === 'boolean');
}

/** SQLite has 0 and 1. What nobody has answered is null. */
function withBooleans(row: Row, columns: readonly string[]): Row {
  const toBoolean = (value: Value): Value => (value === null ? null : Boolean(value));
  return { ...row, ...Object.fromEntries(columns.map((column) => [column, toBoolean(row[column]!)])) };
}

/** In the order of the primary key, which is the same in both databases. */
async function* piecesOf(db: Db, { name, key }: Table): AsyncGenerator<readonly Row[]> {
  let last: Row | undefined;
  do {
    const query = db<Row>(name)
      .orderBy(key.map((column) => ({ column })))
      .limit(rowsAtOnce);
    if (last) void query.whereRaw(isAfter(key), [...key, ...key.map((column) => last![column]!)]);
    const rows = await query;
    if (rows.length > 0) yield rows;
    last = rows.length === rowsAtOnce ? rows.at(-1) : undefined;
  } while (last);
}

/** SQL for a key behind another one. */
function isAfter(key: readonly string[]): string {
  return `(${key.map(() => '??').join(', ')}) > (${key.map(() => '?').join(', ')})`;
}

/** Where the copy differs, in words; null: it has the same rows with the same values, and no others. */
export async function findDifference(from: Db, to: Db): Promise<string | null> {
  for (const table of tables) {
    const difference = await compareTable(from, to, table);
    if (difference !== null) return difference;
  }
  return null;
}

async function compareTable(from: Db, to: Db, table: Table): Promise<string | null> {
  const copies = piecesOf(to, table);
  for await (const piece of piecesOf(from, table)) {
    const copy = ((await copies.next()).value as readonly Row[] | undefined) ?? [];
    for (const [i, row] of piece.entries()) {
      const column = copy[i] ? differentColumn(row, copy[i]) : table.key[0]!;
      if (column !== undefined)
        return `${table.name}, ${table.key.map((name) => `${name} ${String(row[name])}`).join(', ')}: ${column}`;
    }
    if (copy.length > piece.length) return `${table.name} has more rows than it should`;
  }
  return (await copies.next()).done === true ? null : `${table.name} has more rows than it should`;
}

function differentColumn(row: Row, copy: Row): string | undefined {
  return Object.keys(row).find((column) => comparable(row[column]!) !== comparable(copy[column] ?? null));
}

function comparable(value: Value): string | number | null {
  if (typeof value === 'boolean') return Number(value);
  if (Buffer.isBuffer(value)) return value.toString('base64');
  // PostgreSQL stores no NUL.
  return typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value;
}

/** New records get numbers that none before had, whether they still exist or not. */
export async function continueNumbers(from: Db, to: Db): Promise<void> {
  const used = new Map(
    (await from<{ name: string; seq: number }>('sqlite_sequence').select('name', 'seq')).map((row) => [
      row.name,
      row.seq,
    ]),
  );
  for (const { name, key } of tables)
    if (key[0] === 'id')
      await to.raw('SELECT setval(pg_get_serial_sequence(?, ?), ?, ?)', [
        name,
        'id',
        Math.max(1, used.get(name) ?? 0),
        used.has(name),
      ]);
}

/** The same from PostgreSQL to an SQLite file. */
export async function continueNumbersInFile(from: Db, to: Db): Promise<void> {
  for (const { name, key } of tables) {
    if (key[0] !== 'id') continue;
    const { rows } = await from.raw<{ rows: readonly { used: number | null }[] }>(
      'SELECT pg_sequence_last_value(pg_get_serial_sequence(?, ?)::regclass) AS used',
      [name, 'id'],
    );
    await to('sqlite_sequence').where({ name }).delete();
    await to('sqlite_sequence').insert({ name, seq: rows[0]?.used ?? 0 });
  }
}
