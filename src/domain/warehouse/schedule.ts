/** When queries with a schedule run: at a time of day where the organisation is, and late rather than never. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { listScheduledQueries, postponeRun } from '../../store/queries.ts';
import type { QueryRecord, Schedule } from '../../store/queries.ts';
import { getSettings } from '../../store/settings.ts';
import { addDays, timeAt, today } from '../campaigns/days.ts';
import { isUnderWay, startRun } from './query-runs.ts';

const daysOfWeek = 7;

/** The first time of the schedule after `from`, both in milliseconds since 1970; null: it never repeats. */
export function nextTime(
  { repeats, weekday, atTime }: Schedule,
  from: number,
  timeZone: string,
): number | null {
  if (repeats === 'never') return null;
  const first = today(timeZone, from);
  for (let ahead = 0; ahead <= daysOfWeek + 1; ahead++) {
    const day = addDays(first, ahead);
    if (repeats === 'weekly' && weekdayOf(day) !== weekday) continue;
    const time = timeAt(day, atTime, timeZone);
    if (time > from) return time;
  }
  return null;
}

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

/** 1 is Monday. */
function weekdayOf(day: string): number {
  return new Date(day).getUTCDay() || daysOfWeek;
}
