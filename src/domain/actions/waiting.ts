/** How many open actions wait, for the first page. */
import type { Db } from '../../db.ts';
import { countActions } from '../../store/actions.ts';

export interface Waiting {
  readonly overdue: number;
  /** Of the person who looks. */
  readonly own: number;
}

export async function countWaiting(db: Db, userId: number, today: string): Promise<Waiting> {
  const open = { status: 'open', owner: null, campaign: null, customer: null, dueBefore: null } as const;
  return {
    overdue: await countActions(db, { ...open, dueBefore: today }),
    own: await countActions(db, { ...open, owner: userId }),
  };
}
