/**
 * Figures by column read every customer, which takes seconds for a million: they are cached until the totals, and so
 * the scores, change. Requests that arrive while they are being computed wait for the same result.
 */
import type { Figure } from '../domain/analytics/analytics.ts';
import { Unavailable } from '../errors.ts';
import type { ModelRecord } from '../store/models.ts';
import type { PredictionFilter } from '../store/prediction-filters.ts';
import type { Totals } from '../store/score-files/totals.ts';
import type { Tasks } from '../tasks/tasks.ts';

/** @throws Unavailable if they take too long; the computation continues for the next request. */
export type FigureReader = (
  model: ModelRecord,
  filter: PredictionFilter,
  totals: Totals,
) => Promise<readonly Figure[]>;

const mostKept = 50;

export function createFigureReader(tasks: Tasks, withinMs = 9_000): FigureReader {
  const kept = new Map<string, Promise<readonly Figure[]>>();

  const make = (key: string, model: ModelRecord, filter: PredictionFilter) => {
    const figures = tasks.run('listFigures', { schema: model.schema, filter });
    kept.set(key, figures);
    const [oldest] = kept.keys();
    if (kept.size > mostKept) kept.delete(oldest!);
    figures.catch(() => kept.delete(key));
    return figures;
  };

  return (model, filter, totals) => {
    const key = JSON.stringify([model.id, filter, totals]);
    return inTime(kept.get(key) ?? make(key, model, filter), withinMs);
  };
}

async function inTime<T>(work: Promise<T>, withinMs: number): Promise<T> {
  let timer;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => {
      fail(new Unavailable('The figures are still being computed. Try again in a moment.'));
    }, withinMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
