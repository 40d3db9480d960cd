/**
 * What one narrow row a customer in SQLite would cost a batch: CPU seconds for inserting them, 100 rows a statement, with
 * the indexes that lists would need. Decision 20 quotes it.
 *
 *   npx tsx bench/rows-in-sql.ts [ROWS]      1,000,000 unless told
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inTransaction, openDatabase } from '../src/db.ts';
import type { Db } from '../src/db.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
const rowsPerStatement = 100;
const rowsPerTransaction = 20_000;
const columns = ['batch', 'place', 'customer', 'probability', 'value', 'saving', 'action', 'model'];
const indexed = ['customer', 'probability', 'value', 'saving'];
const row = `(${columns.map(() => '?').join(',')})`;
const insert = `INSERT INTO scores (${columns.join(',')}) VALUES ${Array(rowsPerStatement).fill(row).join(',')}`;

for (const count of [0, 1, indexed.length]) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const db = openDatabase(`sqlite:${join(folder, 'rows.db')}`);
  await db.raw('PRAGMA cache_size = -400000');
  await db.raw(`CREATE TABLE scores (id INTEGER PRIMARY KEY, ${columns.join(', ')})`);
  for (const column of indexed.slice(0, count))
    await db.raw(`CREATE INDEX by_${column} ON scores (${column})`);
  const before = process.cpuUsage();
  for (let from = 0; from < rows; from += rowsPerTransaction)
    await inTransaction(db, (trx) => insertSome(trx, from));
  const { user, system } = process.cpuUsage(before);
  console.log(
    `${count} indexes: ${((user + system) / 1e6).toFixed(1)} CPU seconds for ${rows.toLocaleString('en')} rows`,
  );
  await db.destroy();
  rmSync(folder, { recursive: true });
}

async function insertSome(trx: Db, from: number): Promise<void> {
  for (let at = from; at < from + rowsPerTransaction; at += rowsPerStatement)
    await trx.raw(insert, Array.from({ length: rowsPerStatement }, (_, i) => valuesOf(at + i)).flat());
}

/** Customers come in an order of their own, as in any real file. */
function valuesOf(i: number): (number | string)[] {
  const probability = ((i * 7919) % 1_000_003) / 1_000_003;
  return [1, i, `C-${(i * 104_729) % 10_000_019}`, probability, 20 + (i % 90), probability * 100, i % 7, 1];
}
