/** What became of the customers of a segment, as far as somebody has seen it. */
import { visitOutcomesBetween } from '../../store/outcomes.ts';
import type { PredictionFilter } from '../../store/prediction-filters.ts';
import { textAt } from '../../store/score-files/encoding.ts';
import { visitMatches } from '../../store/score-files/scan.ts';
import { visitSingles } from '../../store/score-files/singles.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';

export interface OutcomeCounts {
  /** Customers with an outcome, and those of them who left. */
  readonly known: number;
  readonly left: number;
}

const always = { from: '0000-01-01', until: '9999-12-31' };

export async function countOutcomes(store: ScoreStore, filter: PredictionFilter): Promise<OutcomeCounts> {
  const outcomes = new Map<string, boolean>();
  await visitOutcomesBetween(store.db, always, (customerId, hasLeft) => outcomes.set(customerId, hasLeft));
  const counts = { known: 0, left: 0 };
  if (outcomes.size === 0) return counts;
  const add = (customerId: string | null): void => {
    const hasLeft = outcomes.get(customerId ?? '');
    if (hasLeft === undefined) return;
    counts.known++;
    if (hasLeft) counts.left++;
  };
  await visitMatches(store, filter, ({ view, rows }) => {
    const identifiers = view.identifiers();
    for (const row of rows) add(textAt(identifiers, row));
  });
  await visitSingles(store, filter, ({ customerId }) => {
    add(customerId);
  });
  return counts;
}
