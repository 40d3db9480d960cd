/** How many open actions wait, for the first page. */
import type { Db } from '../../db.ts';
import { anyAction, countActions } from '../../store/actions.ts';
import type { ActionFilter } from '../../store/actions.ts';
import { addDays } from '../campaigns/days.ts';

export interface Waiting {
  readonly overdue: number;
  /** Due today or in the six days after it. */
  readonly dueThisWeek: number;
  /** Of the person who looks. */
  readonly own: number;
}

export async function countWaiting(db: Db, userId: number, today: string): Promise<Waiting> {
  const open = { ...anyAction, status: 'open' } as const;
  return {
    overdue: await countActions(db, { ...open, dueBefore: today }),
    dueThisWeek: await countActions(db, { ...open, ...weekFrom(today) }),
    own: await countActions(db, { ...open, owner: userId }),
  };
}

/** The seven days from this one on. */
export function weekFrom(today: string): Pick<ActionFilter, 'dueFrom' | 'dueBefore'> {
  return { dueFrom: today, dueBefore: addDays(today, 7) };
}
