/** What is recommended now beside what was done, by action. */
import type { ActionUse } from '../../store/action-use.ts';
import type { ActionTotal } from '../../store/score-files/action-totals.ts';

export interface ActionFigures extends ActionUse {
  /** Customers to whom it is recommended by their latest score. */
  readonly recommended: number;
  /** In money, after cost; null: the monthly revenue of none of these customers is known. */
  readonly expectedSaving: number | null;
}

const unused = {
  ...{ open: 0, done: 0, dropped: 0 },
  ...{ accepted: 0, declined: 0, notReached: 0, left: 0, stayed: 0 },
};

/** The most often recommended first, then those that are recommended to nobody any more. */
export function joinActions(totals: readonly ActionTotal[], uses: readonly ActionUse[]): ActionFigures[] {
  const byName = new Map(uses.map((use) => [use.action, use]));
  const recommended = totals.map(({ action, customers, expectedSaving }) => ({
    ...(byName.get(action) ?? { ...unused, action }),
    ...{ recommended: customers, expectedSaving },
  }));
  const names = new Set(totals.map(({ action }) => action));
  const earlier = uses.filter(({ action }) => !names.has(action));
  return [...recommended, ...earlier.map((use) => ({ ...use, recommended: 0, expectedSaving: null }))];
}
