/** Customers who are named in words: what people typed, and what is quoted from files. */
import type { Db } from '../db.ts';
import { markErased } from './audit-chain.ts';
import { tables } from './copy.ts';
import { columnsWith } from './personal-data.ts';

/** Stands where the identifier stood. */
const replacement = 'erased customer';

/** A shorter identifier may be any word or number: it is replaced only where it is a whole text or what is searched for. */
const shortestWord = 5;

type Row = Readonly<Record<string, unknown>>;

/** Records that no longer name a customer. */
export interface Forgotten {
  readonly count: number;
  /** Those of them that are events of the audit log. */
  readonly eventIds: readonly number[];
}

/** Replaces the identifier in all words of the database, in any case. */
export async function forgetMentions(trx: Db, customerId: string): Promise<Forgotten> {
  const forget = forgetter(customerId);
  let count = 0;
  const eventIds: number[] = [];
  for (const { table, columns } of columnsWith('words'))
    for (const row of await listMentioning(trx, { table, columns, customerId })) {
      const change = changeOf(row, columns, forget);
      if (change === null) continue;
      const key = keyOf(table).map((name) => [name, row[name]] as const);
      await trx(table).where(Object.fromEntries(key)).update(change);
      count++;
      if (table === 'audit_events') eventIds.push(Number(row['id']));
    }
  await markErased(trx, eventIds);
  return { count, eventIds };
}

export interface Mention {
  readonly table: string;
  /** The columns that name the customer, with what stands in them, and the key of the record. */
  readonly record: Readonly<Record<string, unknown>>;
}

/** Records whose words name the customer. */
export async function listMentions(db: Db, customerId: string): Promise<Mention[]> {
  const forget = forgetter(customerId);
  const mentions: Mention[] = [];
  // Sessions are of the people who use the program.
  for (const { table, columns } of columnsWith('words').filter((one) => one.table !== 'sessions'))
    for (const row of await listMentioning(db, { table, columns, customerId })) {
      const change = changeOf(row, columns, forget);
      if (change === null) continue;
      const names = [...keyOf(table), ...Object.keys(change)];
      mentions.push({ table, record: Object.fromEntries(names.map((name) => [name, row[name]])) });
    }
  return mentions;
}

interface Search {
  readonly table: string;
  readonly columns: readonly string[];
  readonly customerId: string;
}

/** Rows that may name the customer. */
async function listMentioning(db: Db, { table, columns, customerId }: Search): Promise<Row[]> {
  // Databases differ in what they take for lower case beyond ASCII, and JSON escapes some characters.
  const [part = ''] = (customerId.match(/[\w .:@/-]+/g) ?? []).sort((a, b) => b.length - a.length);
  const pattern = `%${part.toLowerCase().replaceAll('_', '^_')}%`;
  const any = columns.map(() => `LOWER(CAST(?? AS TEXT)) LIKE ? ESCAPE '^'`).join(' OR ');
  const bindings = columns.flatMap((column): readonly string[] => [column, pattern]);
  return db(table)
    .whereRaw(any, bindings)
    .select<Row[]>(...keyOf(table), ...columns);
}

function keyOf(table: string): readonly string[] {
  return tables.find(({ name }) => name === table)!.key;
}

function changeOf(row: Row, columns: readonly string[], forget: Forget): Row | null {
  const change: Record<string, string> = {};
  for (const column of columns) {
    const value = row[column];
    if (value === null || value === undefined) continue;
    // PostgreSQL gives the value of a JSON column parsed.
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const now = withoutMention(text, forget);
    if (now !== text) change[column] = now;
  }
  return Object.keys(change).length === 0 ? null : change;
}

/** Texts within JSON one by one; anything else as a whole. */
function withoutMention(text: string, forget: Forget): string {
  const value = parsed(text);
  if (value === undefined) return forget(text, 'search');
  const now = JSON.stringify(value, (key, part: unknown) =>
    typeof part === 'string' ? forget(part, key) : part,
  );
  return now === JSON.stringify(value) ? text : now;
}

/** Objects, lists and texts; undefined: the text is none of them as JSON. */
function parsed(text: string): unknown {
  if (!/^\s*[[{"]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `key`: under which the text stands in JSON. */
type Forget = (text: string, key: string) => string;

function forgetter(customerId: string): Forget {
  const escaped = customerId.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  if (customerId.length < shortestWord) {
    const whole = new RegExp(`^${escaped}$`, 'iu');
    return (text, key) => (key === 'search' ? text.replace(whole, replacement) : text);
  }
  const named = new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'giu');
  return (text) => text.replace(named, replacement);
}
