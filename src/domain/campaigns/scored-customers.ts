/** What the latest scores say of some customers. */
import { noFilter } from '../../store/prediction-filters.ts';
import { textAt } from '../../store/score-files/encoding.ts';
import { visitMatches } from '../../store/score-files/scan.ts';
import { visitSingles } from '../../store/score-files/singles.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { today } from './days.ts';

/** Monthly revenue by customer, of their latest scores where these are from `since` on, a day; NaN: not known. */
export async function readMonthlyValues(
  store: ScoreStore,
  customerIds: ReadonlySet<string>,
  since = '',
): Promise<Map<string, number>> {
  return readLatest(store, customerIds, ({ monthlyValue, createdAt }) =>
    createdAt >= since ? monthlyValue : NaN,
  );
}

/** The days on which customers were scored, where the organisation is. */
export async function readScoredDays(
  store: ScoreStore,
  customerIds: ReadonlySet<string>,
  timeZone: string,
): Promise<Map<string, string>> {
  const days = new Map<string, string>();
  const dayOf = (time: string): string => {
    // A file has one time for all its customers.
    const day = days.get(time) ?? today(timeZone, new Date(time));
    days.set(time, day);
    return day;
  };
  return readLatest(store, customerIds, ({ createdAt }) => dayOf(createdAt));
}

interface LatestScore {
  readonly monthlyValue: number;
  readonly createdAt: string;
}

async function readLatest<T>(
  store: ScoreStore,
  customerIds: ReadonlySet<string>,
  pick: (score: LatestScore) => T,
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  const add = (customerId: string, score: LatestScore): void => {
    if (customerIds.has(customerId)) found.set(customerId, pick(score));
  };
  await visitSingles(store, noFilter, (single) => {
    add(single.customerId ?? '', single);
  });
  await visitMatches(store, noFilter, ({ batch: { createdAt }, view, rows }) => {
    const identifiers = view.identifiers();
    const monthlyValue = view.column('monthlyValue');
    for (const row of rows) add(textAt(identifiers, row), { monthlyValue: monthlyValue[row]!, createdAt });
  });
  return found;
}
