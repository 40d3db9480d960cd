/** Figures of segments read every customer: they are kept until the totals of all customers change. */
import { distinctionsOf } from '../domain/segments/profile.ts';
import type { ColumnSums } from '../domain/segments/column-sums.ts';
import type { Distinction } from '../ml/clusters/distinctions.ts';
import type { Feature } from '../ml/data/schema.ts';
import type { PredictionFilter } from '../store/prediction-filters.ts';
import type { ActionTotal } from '../store/score-files/action-totals.ts';
import type { Totals } from '../store/score-files/totals.ts';
import type { OutcomeCounts } from '../domain/segments/outcomes.ts';
import type { Tasks } from '../tasks/tasks.ts';
import { createKeptResults } from './kept-results.ts';

export interface Compared {
  /** The segment's customers, and all of the population. */
  readonly own: PredictionFilter;
  readonly all: PredictionFilter;
  readonly features: readonly Feature[];
  readonly everybody: Totals;
}

/** `everybody`: totals of the population. Each method throws Unavailable where it takes too long. */
export function createSegmentReader(tasks: Tasks) {
  const totals = createKeptResults<Totals>(9_000, 500);
  const sums = createKeptResults<ColumnSums[]>();
  const actions = createKeptResults<ActionTotal[]>();
  const outcomes = createKeptResults<OutcomeCounts>();
  const keyOf = (...parts: unknown[]): string => JSON.stringify(parts);
  return {
    totals: (own: PredictionFilter, everybody: Totals): Promise<Totals> =>
      totals.get(keyOf(own, everybody), () => tasks.run('sumPredictions', { filter: own })),

    distinctions: async ({ own, all, features, everybody }: Compared): Promise<Distinction[]> => {
      const read = (filter: PredictionFilter): Promise<ColumnSums[]> =>
        sums.get(
          keyOf(
            filter,
            everybody,
            features.map(({ name }) => name),
          ),
          () => tasks.run('sumColumns', { filter, features }),
        );
      const [inside, whole] = await Promise.all([read(own), read(all)]);
      return distinctionsOf(inside, whole);
    },

    actions: (own: PredictionFilter, everybody: Totals): Promise<ActionTotal[]> =>
      actions.get(keyOf(own, everybody), () => tasks.run('sumActions', { filter: own })),

    /** `state`: of the outcomes. */
    outcomes: (own: PredictionFilter, everybody: Totals, state: string): Promise<OutcomeCounts> =>
      outcomes.get(keyOf(own, everybody, state), () => tasks.run('countOutcomes', { filter: own })),
  };
}
