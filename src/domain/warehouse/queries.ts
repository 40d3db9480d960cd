/** Queries: created, changed, removed. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import { getConnection } from '../../store/connections.ts';
import { deleteQuery, getQuery, insertQuery, updateQueryTerms } from '../../store/queries.ts';
import type { ChangeableTerms, QueryTerms } from '../../store/queries.ts';
import type { User } from '../people/accounts.ts';
import { startRun } from './query-runs.ts';

/** Stores the query and starts its first run. `versionOf`: a dataset that it gives a new version of. */
export async function createQuery(
  db: Db,
  user: User,
  terms: QueryTerms,
  versionOf: number | null,
): Promise<number> {
  return inTransaction(db, async (trx) => {
    const connection = await getConnection(trx, terms.connectionId);
    const id = await insertQuery(trx, terms, { userId: user.id, datasetId: versionOf });
    await recordEvent(trx, {
      userId: user.id,
      action: 'query.created',
      subject: terms.name,
      after: { connection: connection.name, ...describeTerms(terms) },
    });
    await startRun(trx, await getQuery(trx, id), user.id);
    return id;
  });
}

/** Changes when it runs and what happens to its rows. */
export async function changeQuery(db: Db, user: User, id: number, terms: ChangeableTerms): Promise<void> {
  await inTransaction(db, async (trx) => {
    const before = await getQuery(trx, id);
    await updateQueryTerms(trx, id, terms);
    await recordEvent(trx, {
      userId: user.id,
      action: 'query.changed',
      subject: terms.name,
      before: describeTerms(before),
      after: describeTerms(terms),
    });
  });
}

/** Files and datasets that it gave stay. @throws Conflict while it is read */
export async function removeQuery(db: Db, user: User, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const query = await getQuery(trx, id);
    if (query.state === 'reading') throw new Conflict('This query is being run. Cancel that first.');
    await deleteQuery(trx, id);
    await recordEvent(trx, { userId: user.id, action: 'query.removed', subject: query.name });
  });
}

function describeTerms({ scoresAtOnce, writeTo, schedule }: ChangeableTerms) {
  const { repeats, weekday, atTime } = schedule;
  const when = repeats === 'weekly' ? `day ${weekday}, ${atTime}` : atTime;
  return {
    scored: scoresAtOnce ? 'at once' : 'by hand',
    table: writeTo?.table ?? 'none',
    repeats: repeats === 'never' ? repeats : `${repeats}, ${when}`,
  };
}
