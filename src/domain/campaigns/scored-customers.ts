/** Which of some customers have been scored, and what they pay. */
import { noFilter } from '../../store/prediction-filters.ts';
import { textAt } from '../../store/score-files/encoding.ts';
import { visitMatches } from '../../store/score-files/scan.ts';
import { visitSingles } from '../../store/score-files/singles.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';

/** Monthly revenue by customer, of their latest scores; NaN: not known. */
export async function readMonthlyValues(
  store: ScoreStore,
  customerIds: ReadonlySet<string>,
): Promise<Map<string, number>> {
  const values = new Map<string, number>();
  const add = (customerId: string, value: number): void => {
    if (customerIds.has(customerId)) values.set(customerId, value);
  };
  await visitSingles(store, noFilter, ({ customerId, monthlyValue }) => {
    add(customerId ?? '', monthlyValue);
  });
  await visitMatches(store, noFilter, ({ view, rows }) => {
    const identifiers = view.identifiers();
    const monthlyValue = view.column('monthlyValue');
    for (const row of rows) add(textAt(identifiers, row), monthlyValue[row]!);
  });
  return values;
}
