/** A request with an idempotency key is done once: sent again, it has the same answer. */
import { createHash } from 'node:crypto';
import type { Db } from '../db.ts';
import { timeOf } from '../db/clock.ts';
import { AppError } from '../errors.ts';
import {
  beginRequest,
  findRequest,
  forgetRequest,
  keepAnswer,
  takeOverRequest,
} from '../store/api-answers.ts';
import type { BegunRequest, KeptAnswer, RequestName } from '../store/api-answers.ts';

/** No request takes so long: a process that worked on it has died. */
const longestMs = 10 * 60_000;

export interface NamedRequest {
  readonly name: RequestName;
  /** Everything that was asked for. */
  readonly asked: readonly (string | Uint8Array)[];
}

export interface RepeatedAnswer {
  readonly answer: KeptAnswer;
  /** It was answered before. */
  readonly isRepeated: boolean;
}

/** @throws AppError 409 while it is worked on, 422 where something else was asked for under this name */
export async function answerOnce(
  db: Db,
  { name, asked }: NamedRequest,
  work: () => Promise<KeptAnswer>,
): Promise<RepeatedAnswer> {
  const fingerprint = fingerprintOf(asked);
  if (!(await beginRequest(db, name, fingerprint))) {
    const earlier = await findEarlier(db, name, fingerprint);
    if (earlier) return { answer: earlier, isRepeated: true };
  }
  try {
    const answer = await work();
    await keepAnswer(db, name, answer);
    return { answer, isRepeated: false };
  } catch (error) {
    await forgetRequest(db, name);
    throw error;
  }
}

/** Null: nobody works on it any more. */
async function findEarlier(db: Db, name: RequestName, fingerprint: string): Promise<KeptAnswer | null> {
  const earlier = await findRequest(db, name);
  if (earlier && earlier.fingerprint !== fingerprint)
    throw new AppError(
      422,
      'idempotency-key-reused',
      'This idempotency key belongs to another request. Use a new one for each request.',
    );
  if (earlier?.answer) return gone(earlier.answer);
  if (earlier && (await isAbandoned(db, earlier)) && (await takeOverRequest(db, name, earlier.begunAt)))
    return null;
  throw new AppError(409, 'still-running', 'This request is still worked on. Ask again in a moment.');
}

function gone(answer: KeptAnswer): KeptAnswer {
  if (answer.status !== 410) return answer;
  throw new AppError(410, 'erased', 'The answer was deleted, because a customer in it was erased.');
}

async function isAbandoned(db: Db, { begunAt }: BegunRequest): Promise<boolean> {
  return (await timeOf(db)) - Date.parse(begunAt) > longestMs;
}

function fingerprintOf(asked: NamedRequest['asked']): string {
  const hash = createHash('sha256');
  for (const part of asked) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}
