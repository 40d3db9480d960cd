/** The chain of the audit log: whole as it is written, by several at once too, and broken by any change. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction, openDatabase } from '../../../src/db.ts';
import type { Db } from '../../../src/db.ts';
import { verifyAuditChain } from '../../../src/domain/audit/verification.ts';
import { recordEvent } from '../../../src/store/audit.ts';
import { createTestApp } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';

let test: TestApp;
let db: Db;
beforeAll(async () => {
  test = await createTestApp();
  db = test.context.db;
});
afterAll(() => test.close());

const record = (one: Db, i: number) =>
  recordEvent(one, { userId: null, action: 'test.event', subject: `Event ${i}`, after: { i } });

class Undo extends Error {}

/** What the check finds after a change that is taken back. */
async function afterChange(change: (trx: Db) => Promise<unknown>) {
  let found: Awaited<ReturnType<typeof verifyAuditChain>> | undefined;
  const undone = inTransaction(db, async (trx) => {
    await change(trx);
    found = await verifyAuditChain(trx);
    throw new Undo();
  });
  await expect(undone).rejects.toThrow(Undo);
  return found!;
}

it('is whole before anything happened', async () => {
  expect(await verifyAuditChain(db)).toEqual({
    events: 0,
    unchained: 0,
    erased: 0,
    lastHash: null,
    brokenAt: null,
  });
});

it('is whole when several processes record events at once', async () => {
  const other = openDatabase(test.context.config.databaseUrl);
  try {
    await Promise.all(Array.from({ length: 20 }, (_, i) => record(i % 2 === 0 ? db : other, i)));
  } finally {
    await other.destroy();
  }
  expect(await verifyAuditChain(db)).toMatchObject({ events: 20, unchained: 0, brokenAt: null });
});

const fifth = async (trx: Db): Promise<number> =>
  (await trx('audit_events').orderBy('id').offset(4).first<{ id: number }>('id')).id;

it.each([
  ['words were changed', { subject: 'Another' }],
  ['who it was was changed', { action: 'test.other' }],
  ['when it was was changed', { at: '2001-01-01T00:00:00.000Z' }],
  ['words were removed as an erasure does, which none did', { subject: 'A customer', salt: null }],
])('names the first event whose %s', async (_, change) => {
  const id = await fifth(db);
  const found = await afterChange((trx) => trx('audit_events').where({ id }).update(change));
  expect(found.brokenAt).toBe(id);
});

it('names the event after one that was removed, or that was added', async () => {
  const id = await fifth(db);
  const removed = await afterChange((trx) => trx('audit_events').where({ id }).delete());
  expect(removed.brokenAt).toBeGreaterThan(id);
  const added = await afterChange(async (trx) => {
    await trx('audit_events').where({ id }).update({ hash: null, content_hash: null });
  });
  expect(added.brokenAt).toBeGreaterThan(id);
});

it('covers events of an earlier version, which knows no chain, with the next event', async () => {
  await db('audit_events').insert({ at: '2026-11-20T12:00:00.000Z', action: 'old.event', subject: 'Old' });
  expect(await verifyAuditChain(db)).toMatchObject({ events: 21, unchained: 1, brokenAt: null });
  await record(db, 21);
  expect(await verifyAuditChain(db)).toMatchObject({ events: 22, unchained: 0, brokenAt: null });
});
