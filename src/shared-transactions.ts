/**
 * Short writes of many requests in one transaction: the disk is waited for once for all of them. Why:
 * docs/decisions/0050-shared-transactions.md.
 */
import { promisify } from 'node:util';
import { inTransaction } from './db.ts';
import type { Db } from './db.ts';
import { isTransactionGone } from './db/failures.ts';

interface Part {
  /** Writes within a savepoint. What it gives answers the request, and is called when everything is on the disk. */
  readonly write: (trx: Db) => Promise<() => void>;
  readonly fail: (error: unknown) => void;
}

/** Reads of the process wait for the connection meanwhile. */
const mostParts = 200;
const nextTurn = promisify(setImmediate);

/** Of each database what waits to be written; none while nothing is being written. */
const lines = new WeakMap<Db, Part[]>();

/**
 * Like `inTransaction`, except that the transaction may be shared with others who ask at the same time. It ends when all is
 * on the disk. Work that throws takes back what it wrote itself, and nothing of others.
 */
export function inSharedTransaction<T>(db: Db, work: (trx: Db) => Promise<T>): Promise<T> {
  return new Promise((done, fail) => {
    const write = async (trx: Db): Promise<() => void> => {
      const result = await inTransaction(trx, work);
      return () => {
        done(result);
      };
    };
    queue(db, { write, fail });
  });
}

function queue(db: Db, part: Part): void {
  const line = lines.get(db);
  if (line) {
    line.push(part);
    return;
  }
  const begun = [part];
  lines.set(db, begun);
  void writeAll(db, begun);
}

async function writeAll(db: Db, line: Part[]): Promise<void> {
  while (line.length > 0) await writeGroup(db, line);
  lines.delete(db);
}

async function writeGroup(db: Db, line: Part[]): Promise<void> {
  const group: Part[] = [];
  let answers: (() => void)[] = [];
  try {
    answers = await inTransaction(db, (trx) => {
      // The commit of the last try found the database locked: nothing of it is stored, and all of it is written again.
      line.unshift(...group.splice(0));
      return writeParts(trx, line, group);
    });
  } catch (error) {
    // Nothing of the transaction is stored. Where it could not even begin, nobody else can write either.
    const failed = group.length > 0 ? group : line.splice(0);
    answers = failed.map((part) => () => {
      part.fail(error);
    });
  }
  for (const answer of answers) answer();
}

/** Takes parts from the line until nobody waits any more. */
async function writeParts(trx: Db, line: Part[], group: Part[]): Promise<(() => void)[]> {
  const answers: (() => void)[] = [];
  while (line.length > 0 && group.length < mostParts) {
    const part = line.shift()!;
    group.push(part);
    answers.push(await writePart(trx, part));
    // Requests that have arrived meanwhile get the chance to join.
    if (line.length === 0) await nextTurn();
  }
  return answers;
}

async function writePart(trx: Db, part: Part): Promise<() => void> {
  try {
    return await part.write(trx);
  } catch (error) {
    if (isTransactionGone(error)) throw error;
    return () => {
      part.fail(error);
    };
  }
}
