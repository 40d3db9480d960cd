/** When a person last looked at the first page, so that it can say what is new. */
import { timeOf } from '../../db/clock.ts';
import type { Db } from '../../db.ts';
import { updateUser } from '../../store/users.ts';
import type { UserRecord } from '../../store/users.ts';

const minuteMs = 60_000;
/** Whoever comes back to the page sooner is still on the same visit. */
const pauseMs = 4 * 60 * minuteMs;
/** A visit that goes on is noted no more often than that: a page need not write. */
const noteAgainMs = 10 * minuteMs;

type Seen = Pick<UserRecord, 'homeSeenAt' | 'homeSeenBefore'>;

/** The end of the visit before this one; null: there was none. `now`: milliseconds since 1970. */
export function lastVisit({ homeSeenAt, homeSeenBefore }: Seen, now: number): string | null {
  return homeSeenAt !== null && now - Date.parse(homeSeenAt) > pauseMs ? homeSeenAt : homeSeenBefore;
}

export async function noteVisit(db: Db, user: Seen & Pick<UserRecord, 'id'>): Promise<void> {
  const now = await timeOf(db);
  if (user.homeSeenAt !== null && now - Date.parse(user.homeSeenAt) < noteAgainMs) return;
  await updateUser(db, user.id, {
    homeSeenAt: new Date(now).toISOString(),
    homeSeenBefore: lastVisit(user, now),
  });
}
