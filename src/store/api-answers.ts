/** What was answered to requests with an idempotency key, kept for a day so that a repeated request has the same answer. */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Db } from '../db.ts';
import { isoTimeOf, timeOf } from '../db/clock.ts';

/** Which request it is: of one API key, as the client has named it. */
export interface RequestName {
  readonly apiKeyId: number;
  readonly idempotencyKey: string;
}

export interface KeptAnswer {
  readonly status: number;
  readonly location: string | null;
  /** JSON text; null: it had none, or a customer in it was erased. */
  readonly body: string | null;
}

export interface BegunRequest {
  /** Of what was asked. */
  readonly fingerprint: string;
  readonly begunAt: string;
  /** null: it is still worked on. */
  readonly answer: KeptAnswer | null;
}

/** An answer whose body is gone because a customer in it was erased. */
const erasedStatus = 410;
const keptMs = 24 * 3_600_000;

interface AnswerRow {
  api_key_id: number;
  /** SHA-256 of the client's name for it, in which a customer may be named. */
  name_hash: string;
  fingerprint: string;
  begun_at: string;
  status: number | null;
  location: string | null;
  body: Buffer | null;
}

/** True if the request is new: of two at the same time one wins. One of more than a day ago is forgotten. */
export async function beginRequest(db: Db, name: RequestName, fingerprint: string): Promise<boolean> {
  await db('api_answers')
    .where(keyOf(name))
    .where('begun_at', '<', await longAgo(db))
    .delete();
  const rows: unknown[] = await db('api_answers')
    .insert({ ...keyOf(name), fingerprint, begun_at: await isoTimeOf(db) })
    .onConflict(['api_key_id', 'name_hash'])
    .ignore()
    .returning('fingerprint');
  return rows.length > 0;
}

export async function findRequest(db: Db, name: RequestName): Promise<BegunRequest | undefined> {
  const row = await db<AnswerRow>('api_answers').where(keyOf(name)).first();
  if (!row) return undefined;
  const { fingerprint, begun_at: begunAt, status, location } = row;
  const body = row.body && gunzipSync(row.body).toString();
  return { fingerprint, begunAt, answer: status === null ? null : { status, location, body } };
}

/** Nobody works on it any more: true if this call may. */
export async function takeOverRequest(db: Db, name: RequestName, begunAt: string): Promise<boolean> {
  const changed = await db('api_answers')
    .where({ ...keyOf(name), begun_at: begunAt, status: null })
    .update({ begun_at: await isoTimeOf(db) });
  return changed === 1;
}

export async function keepAnswer(db: Db, name: RequestName, answer: KeptAnswer): Promise<void> {
  const { status, location, body } = answer;
  await db('api_answers')
    .where(keyOf(name))
    .update({ status, location, body: body === null ? null : gzipSync(body) });
}

/** It failed, and can be sent again. */
export async function forgetRequest(db: Db, name: RequestName): Promise<void> {
  await db('api_answers').where(keyOf(name)).delete();
}

/** Who asks again is told that the answer is gone. */
export async function eraseAnswersAbout(trx: Db, customerId: string): Promise<void> {
  const written = JSON.stringify(customerId);
  const rows = await trx<AnswerRow>('api_answers').whereNotNull('body').select('*');
  for (const row of rows)
    if (gunzipSync(row.body!).toString().includes(written))
      await trx('api_answers')
        .where({ api_key_id: row.api_key_id, name_hash: row.name_hash })
        .update({ status: erasedStatus, body: null });
}

export async function deleteOldAnswers(db: Db): Promise<void> {
  await db('api_answers')
    .where('begun_at', '<', await longAgo(db))
    .delete();
}

async function longAgo(db: Db): Promise<string> {
  return new Date((await timeOf(db)) - keptMs).toISOString();
}

function keyOf({ apiKeyId, idempotencyKey }: RequestName) {
  return {
    api_key_id: apiKeyId,
    name_hash: createHash('sha256').update(idempotencyKey).digest('hex'),
  };
}
