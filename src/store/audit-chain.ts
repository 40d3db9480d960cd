/**
 * The chain of the audit log: each event has the hash of itself and of the event before it, so that nobody changes, adds or removes
 * one unseen. What an event says goes into it as a salted hash: a customer who is erased can be taken out of the words.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Db } from '../db.ts';
import { visitRows } from '../db.ts';

/** An event as it is stored. */
export interface ChainedEvent {
  readonly id: number;
  readonly at: string;
  readonly user_id: number | null;
  readonly action: string;
  readonly subject: string;
  readonly before: string | null;
  readonly after: string | null;
  /** Null: the words were changed by an erasure. */
  readonly salt: string | null;
  /** Of the words. Null, as `hash`: not in the chain yet, because an earlier version wrote it. */
  readonly content_hash: string | null;
  readonly hash: string | null;
}

function sha256(parts: readonly (string | number | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

export function contentHash(
  salt: string,
  { subject, before, after }: Pick<ChainedEvent, 'subject' | 'before' | 'after'>,
): string {
  return sha256([salt, subject, before, after]);
}

/** `previous`: the hash of the event before; null: there is none. */
export function eventHash(
  previous: string | null,
  event: Pick<ChainedEvent, 'at' | 'user_id' | 'action'>,
  content: string,
): string {
  return sha256([previous, event.at, event.user_id, event.action, content]);
}

const eventsAtOnce = 500;

/** Puts the events behind the last one of the chain into it. Call in a transaction: it has the database to itself. */
export async function chainEvents(trx: Db): Promise<void> {
  const last = await trx<ChainedEvent>('audit_events')
    .whereNotNull('hash')
    .orderBy('id', 'desc')
    .first('id', 'hash');
  let [id, previous] = [last?.id ?? 0, last?.hash ?? null];
  for (;;) {
    const events = await trx<ChainedEvent>('audit_events')
      .where('id', '>', id)
      .orderBy('id')
      .limit(eventsAtOnce);
    for (const event of events) {
      const salt = randomBytes(16).toString('hex');
      const content = contentHash(salt, event);
      previous = eventHash(previous, event, content);
      await trx('audit_events')
        .where({ id: event.id })
        .update({ salt, content_hash: content, hash: previous });
      id = event.id;
    }
    if (events.length < eventsAtOnce) return;
  }
}

/** The words of these events are no longer those that were hashed. */
export async function markErased(trx: Db, ids: readonly number[]): Promise<void> {
  for (const id of ids) await trx('audit_events').where({ id }).update({ salt: null });
}

/** In the order in which they were recorded. */
export async function visitEvents(db: Db, visit: (event: ChainedEvent) => void): Promise<void> {
  await visitRows(db, db('audit_events').orderBy('id').select('*'), (row) => {
    visit(row as unknown as ChainedEvent);
  });
}
