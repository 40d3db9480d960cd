/** How often each action is recommended to the customers that a filter covers, and what it is expected to save. */
import type { PredictionFilter } from '../prediction-filters.ts';
import { visitMatches } from './scan.ts';
import { visitSingles } from './singles.ts';
import type { ScoreStore } from './store.ts';

export interface ActionTotal {
  readonly action: string;
  readonly customers: number;
  /** In money, after cost; null: the monthly revenue of none of them is known. */
  readonly expectedSaving: number | null;
}

interface Sums {
  customers: number;
  valued: number;
  saving: number;
}

/** The most frequent first. */
export async function sumActions(store: ScoreStore, filter: PredictionFilter): Promise<ActionTotal[]> {
  const found = new Map<string, Sums>();
  const sumsOf = (action: string): Sums => {
    const sums = found.get(action) ?? { customers: 0, valued: 0, saving: 0 };
    found.set(action, sums);
    return sums;
  };
  await visitMatches(store, filter, ({ view, rows }) => {
    const actions = view.column('actions');
    const savings = view.column('expectedSaving');
    const sums = view.header.actions.map((): Sums => ({ customers: 0, valued: 0, saving: 0 }));
    for (const row of rows) if (actions[row]! > 0) add(sums[actions[row]! - 1]!, savings[row]!);
    view.header.actions.forEach(({ action }, k) => {
      if (sums[k]!.customers > 0) addAll(sumsOf(action), sums[k]!);
    });
  });
  await visitSingles(
    store,
    filter,
    ({ expectedSaving }, row) => {
      const action = row['recommended_action'] as string | null;
      if (action !== null) add(sumsOf(action), expectedSaving);
    },
    ['recommended_action'],
  );
  return [...found].map(toTotal).sort((a, b) => b.customers - a.customers);
}

function add(sums: Sums, saving: number): void {
  sums.customers++;
  if (Number.isNaN(saving)) return;
  sums.valued++;
  sums.saving += saving;
}

function addAll(sums: Sums, { customers, valued, saving }: Sums): void {
  sums.customers += customers;
  sums.valued += valued;
  sums.saving += saving;
}

function toTotal([action, { customers, valued, saving }]: [string, Sums]): ActionTotal {
  return { action, customers, expectedSaving: valued === 0 ? null : saving };
}
