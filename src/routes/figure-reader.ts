/** Figures by column read every customer: they are kept until the totals, and so the scores, change. */
import type { Figure } from '../domain/analytics/analytics.ts';
import type { ModelRecord } from '../store/models.ts';
import type { PredictionFilter } from '../store/prediction-filters.ts';
import type { Totals } from '../store/score-files/totals.ts';
import type { Tasks } from '../tasks/tasks.ts';
import { createKeptResults } from './kept-results.ts';

/** @throws Unavailable if they take too long; the computation continues for the next request. */
export type FigureReader = (
  model: ModelRecord,
  filter: PredictionFilter,
  totals: Totals,
) => Promise<readonly Figure[]>;

export function createFigureReader(tasks: Tasks, withinMs?: number): FigureReader {
  const kept = createKeptResults<readonly Figure[]>(withinMs);
  return (model, filter, totals) =>
    kept.get(JSON.stringify([model.id, filter, totals]), () =>
      tasks.run('listFigures', { schema: model.schema, filter }),
    );
}
