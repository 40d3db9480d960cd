/** How often each action was given to people as work, and what became of it and of the customers. */
import type { Db } from '../db.ts';
import type { ActionResult } from './action-results.ts';
import type { ActionStatus } from './actions.ts';

export interface ActionUse {
  readonly action: string;
  readonly open: number;
  readonly done: number;
  readonly dropped: number;
  /** Of those that are done, as people noted it. */
  readonly accepted: number;
  readonly declined: number;
  readonly notReached: number;
  /** Of those that are done: the customer was seen to have left since, or to be there and not to have left. */
  readonly left: number;
  readonly stayed: number;
}

interface Row {
  readonly action: string;
  readonly status: ActionStatus;
  readonly result: ActionResult | null;
  readonly count: number | string;
  readonly left_since: number | string;
  readonly seen_since: number | string;
}

/** An entry an action that was ever given, in the order of their names. */
export async function readActionUse(db: Db): Promise<ActionUse[]> {
  const rows = await db('actions')
    .groupBy('action', 'status', 'result')
    .orderBy('action')
    .select<Row[]>(
      ...['action', 'status', 'result'],
      db.raw('COUNT(*) AS count'),
      db.raw(`SUM(${wasSeen('AND has_left = 1')}) AS left_since`),
      db.raw(`SUM(${wasSeen('')}) AS seen_since`),
    );
  const names = [...new Set(rows.map(({ action }) => action))];
  return names.map((name) =>
    toUse(
      name,
      rows.filter(({ action }) => action === name),
    ),
  );
}

/** 1 for an action with such an outcome on its day or later; outcomes are days. */
function wasSeen(condition: string): string {
  return `CASE WHEN EXISTS (SELECT 1 FROM customer_outcomes WHERE customer_outcomes.customer_id = actions.customer_id
    AND seen_on >= SUBSTR(closed_at, 1, 10) ${condition}) THEN 1 ELSE 0 END`;
}

function toUse(action: string, rows: readonly Row[]): ActionUse {
  const sum = (part: readonly Row[], of: (row: Row) => number | string = ({ count }) => count): number =>
    part.reduce((total, row) => total + Number(of(row)), 0);
  const done = rows.filter(({ status }) => status === 'done');
  const withResult = (result: ActionResult) => sum(done.filter((row) => row.result === result));
  const left = sum(done, (row) => row.left_since);
  return {
    action,
    open: sum(rows.filter(({ status }) => status === 'open')),
    done: sum(done),
    dropped: sum(rows.filter(({ status }) => status === 'dropped')),
    ...{ accepted: withResult('accepted'), declined: withResult('declined') },
    ...{ notReached: withResult('not-reached'), left },
    stayed: sum(done, (row) => row.seen_since) - left,
  };
}
