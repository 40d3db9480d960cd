/**
 * What a cool-down costs a large file: reading who had an action lately, and looking up each row.
 *
 *   npx tsx bench/retention/past-actions.ts [--customers 1000000]
 *
 * As many customers had an action today, in SQLite; every third row of the file is one of them. CPU seconds of one thread,
 * the least of three runs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { migrate, openDatabase } from '../../src/db.ts';
import type { Db } from '../../src/db.ts';
import { exampleRules } from '../../src/domain/retention/example-rules.ts';
import { readPast } from '../../src/domain/retention/past/reading.ts';
import { answersFor } from '../../src/domain/retention/past/table.ts';
import type { PastTable } from '../../src/domain/retention/past/table.ts';
import { textColumn } from '../../src/store/score-files/encoding.ts';

const { values } = parseArgs({ options: { customers: { type: 'string', default: '1000000' } } });
const customers = Number(values.customers);
const rowsAtOnce = 400;

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const db = openDatabase(`sqlite:${join(folder, 'holdfast.db')}`);
try {
  await migrate(db);
  await addActions(db);
  await measure();
} finally {
  await db.destroy();
  rmSync(folder, { recursive: true });
}

async function measure(): Promise<void> {
  const [example] = exampleRules;
  const conditions = { ...example!.conditions, cooldown: { days: 30, of: 'any' as const } };
  const rule = { ...example!, conditions, id: 1, version: 1, position: 0, enabled: true };
  const at = new Date().toISOString();
  const rows = textColumn(Array.from({ length: customers }, (_, i) => `C-${i}`));
  const [table, reading] = await timed(() => readPast(db, { rules: [rule], at }));
  const [answers, lookingUp] = await timed(() => Promise.resolve(answersFor(table, rows)));
  const found = answers.reduce((sum, answer) => sum + answer, 0);
  console.log(
    `read ${customers} customers: ${reading.toFixed(2)} s, ${(sizeOf(table) / 2 ** 20).toFixed(0)} MB`,
  );
  console.log(`look up as many rows: ${lookingUp.toFixed(2)} s, ${found} of them known`);
}

function sizeOf({ identifiers, slots, answers }: PastTable): number {
  return [identifiers.bytes, identifiers.ends, slots, answers].reduce(
    (sum, { byteLength }) => sum + byteLength,
    0,
  );
}

async function addActions(to: Db): Promise<void> {
  const now = new Date().toISOString();
  const action = {
    action: 'Call',
    status: 'done',
    due_on: now.slice(0, 10),
    created_at: now,
    closed_at: now,
  };
  await to.transaction(async (trx) => {
    for (let from = 0; from < customers; from += rowsAtOnce)
      await trx('actions').insert(
        Array.from({ length: Math.min(rowsAtOnce, customers - from) }, (_, i) => ({
          ...action,
          customer_id: `C-${3 * (from + i)}`,
        })),
      );
  });
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  let least = Infinity;
  let result: T;
  for (let run = 0; run < 3; run++) {
    const before = process.cpuUsage();
    result = await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1e6);
  }
  return [result!, least];
}
