/** When queries with a schedule run: at a time of day where the organisation is, and late rather than never. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { listScheduledQueries, postponeRun } from '../../store/queries.ts';
import type { QueryRecord } from '../../store/queries.ts';
import { getSettings } from '../../store/settings.ts';
import { nextTime } from '../schedules/next-time.ts';
import { isUnderWay, startRun } from './query-runs.ts';

/** When a query runs next by itself, in milliseconds since 1970; null: it does not. */
export function nextRunOf({ schedule, scheduledFrom }: QueryRecord, timeZone: string): number | null {
  return scheduledFrom === null ? null : nextTime(schedule, Date.parse(scheduledFrom), timeZone);
}

/**
 * Starts what is due; any number of processes may ask. Runs that were missed are made up for by one. A query that is still
 * under way waits for its next time.
 */
export async function startDueQueries(db: Db): Promise<void> {
  if ((await listDue(db)).length === 0) return;
  await inTransaction(db, async (trx) => {
    for (const query of await listDue(trx)) {
      if (await isUnderWay(trx, query)) await postponeRun(trx, query.id);
      else await startRun(trx, query, query.createdBy);
    }
  });
}

async function listDue(db: Db): Promise<QueryRecord[]> {
  const queries = await listScheduledQueries(db);
  if (queries.length === 0) return [];
  const { timeZone } = await getSettings(db);
  const now = await timeOf(db);
  return queries.filter((query) => (nextRunOf(query, timeZone) ?? Infinity) <= now);
}
