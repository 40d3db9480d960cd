/** Who is told of alerts: e-mail addresses and webhooks. */
import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { NotFound } from '../errors.ts';

export const channels = ['email', 'webhook'] as const;
export type Channel = (typeof channels)[number];

export interface AlertReceiver {
  readonly id: number;
  readonly channel: Channel;
  /** An e-mail address or a URL. */
  readonly address: string;
  /** Signs what is sent to a webhook, encrypted; null for e-mail. */
  readonly secret: string | null;
}

export type NewReceiver = Omit<AlertReceiver, 'id'>;

interface ReceiverRow extends AlertReceiver {
  created_by: number | null;
  created_at: string;
}

export async function listReceivers(db: Db): Promise<AlertReceiver[]> {
  return (await db<ReceiverRow>('alert_receivers').orderBy('id')).map(toReceiver);
}

/** @throws NotFound */
export async function getReceiver(db: Db, id: number): Promise<AlertReceiver> {
  const row = await db<ReceiverRow>('alert_receivers').where({ id }).first();
  if (!row) throw new NotFound('receiver');
  return toReceiver(row);
}

export async function insertReceiver(db: Db, receiver: NewReceiver, userId: number): Promise<void> {
  await db('alert_receivers').insert({
    ...receiver,
    created_by: userId,
    created_at: await isoTimeOf(db),
  });
}

export async function updateSecret(db: Db, id: number, secret: string): Promise<void> {
  await db('alert_receivers').where({ id }).update({ secret });
}

/** With the messages to it. */
export async function deleteReceiver(db: Db, id: number): Promise<void> {
  await db('alert_receivers').where({ id }).delete();
}

function toReceiver({ id, channel, address, secret }: ReceiverRow): AlertReceiver {
  return { id, channel, address, secret };
}
