/** Messages about alerts, one for each receiver, from the transaction that raises the alert until they are sent or given up. */
import { z } from 'zod';
import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { NotFound } from '../errors.ts';
import { readJson } from './json.ts';
import type { Stored } from './json.ts';

/** `queued`: a job sends it; `waiting`: for the time of its next try. */
export type MessageState = 'queued' | 'waiting' | 'sent' | 'failed';

/** What is sent, as it was when the alert was raised, so that each try sends the same. */
export const MessageContent = z.object({
  /** Null: a test message. */
  alertId: z.number().int().nullable(),
  kind: z.string(),
  severity: z.string(),
  money: z.number().nullable(),
  title: z.string(),
  detail: z.string(),
  /** The path of the page. */
  href: z.string(),
});
export type MessageContent = Stored<z.infer<typeof MessageContent>>;

export interface AlertMessage {
  readonly id: number;
  readonly receiverId: number;
  /** The same for each try: a receiver that gets it twice can tell. */
  readonly messageId: string;
  readonly content: MessageContent;
  readonly state: MessageState;
  /** How often sending it has begun. */
  readonly tries: number;
  readonly nextTryAt: string | null;
  /** Why the last try failed. */
  readonly error: string | null;
  readonly createdAt: string;
  readonly sentAt: string | null;
}

interface MessageRow {
  id: number;
  receiver_id: number;
  message_id: string;
  content: string;
  state: MessageState;
  tries: number;
  next_try_at: string | null;
  error: string | null;
  created_at: string;
  sent_at: string | null;
}

/** Newest first. */
export async function listMessages(db: Db, limit: number): Promise<AlertMessage[]> {
  return (await db<MessageRow>('alert_messages').orderBy('id', 'desc').limit(limit)).map(toMessage);
}

export async function listMessagesIn(db: Db, state: MessageState): Promise<AlertMessage[]> {
  return (await db<MessageRow>('alert_messages').where({ state }).orderBy('id')).map(toMessage);
}

/** Those whose next try is due. */
export async function listDueMessages(db: Db): Promise<AlertMessage[]> {
  const rows = await db<MessageRow>('alert_messages')
    .where({ state: 'waiting' })
    .where('next_try_at', '<=', await isoTimeOf(db))
    .orderBy('id');
  return rows.map(toMessage);
}

/** @throws NotFound */
export async function getMessage(db: Db, id: number): Promise<AlertMessage> {
  const row = await db<MessageRow>('alert_messages').where({ id }).first();
  if (!row) throw new NotFound('message');
  return toMessage(row);
}

export async function insertMessage(
  trx: Db,
  { receiverId, messageId, content }: Pick<AlertMessage, 'receiverId' | 'messageId' | 'content'>,
): Promise<number> {
  const [row] = await trx<MessageRow>('alert_messages')
    .insert({
      receiver_id: receiverId,
      message_id: messageId,
      content: JSON.stringify(content),
      state: 'queued',
      tries: 0,
      created_at: await isoTimeOf(trx),
    })
    .returning('id');
  return row!.id;
}

type MessageChange = Partial<Pick<AlertMessage, 'state' | 'tries' | 'nextTryAt' | 'error'>>;

export async function updateMessage(db: Db, id: number, change: MessageChange): Promise<void> {
  const { nextTryAt, ...others } = change;
  await db('alert_messages')
    .where({ id })
    .update({
      ...others,
      ...(nextTryAt !== undefined && { next_try_at: nextTryAt }),
      ...(change.state === 'sent' && { sent_at: await isoTimeOf(db) }),
    });
}

function toMessage(row: MessageRow): AlertMessage {
  return {
    id: row.id,
    receiverId: row.receiver_id,
    messageId: row.message_id,
    content: readJson(MessageContent, row.content, `content of message ${row.id}`),
    state: row.state,
    tries: row.tries,
    nextTryAt: row.next_try_at,
    error: row.error,
    createdAt: row.created_at,
    sentAt: row.sent_at,
  };
}
