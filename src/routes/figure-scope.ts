/** What a page of analytics looks at: its customers, the model whose columns are shown, and their figures by column. */
import type { Context } from '../context.ts';
import { orderByImportance } from '../domain/analytics/analytics.ts';
import type { Figure } from '../domain/analytics/analytics.ts';
import { currentPopulation, withinPopulation } from '../domain/analytics/population.ts';
import { findBatch } from '../store/batches.ts';
import { findModel, listArchivedModels } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';
import type { PredictionFilter } from '../store/prediction-filters.ts';
import { listUnreadableMatches } from '../store/score-files/scan.ts';
import type { Totals } from '../store/score-files/totals.ts';
import type { FilterQuery } from './customer-filter.ts';
import { readFilterNames, toFilter } from './customer-filter.ts';
import type { FigureReader } from './figure-reader.ts';

export interface FigureScope {
  readonly filter: PredictionFilter;
  readonly model: ModelRecord | undefined;
  readonly totals: Totals;
  /** Models whose customers are not in it, because they have other columns. */
  readonly leftOut: readonly string[];
}

export function createScopeReader({ db, tasks }: Context, readFigures: FigureReader) {
  const readScope = async (query: FilterQuery): Promise<FigureScope> => {
    const population = await currentPopulation(db);
    const filter = withinPopulation({ ...toFilter(query), population: null }, population);
    const modelId = filter.batch === null ? null : ((await findBatch(db, filter.batch))?.modelId ?? null);
    const model =
      filter.batch === null ? population.model : modelId === null ? undefined : await findModel(db, modelId);
    const totals = await tasks.run('sumPredictions', { filter });
    return { filter, model, totals, leftOut: filter.population === null ? [] : population.leftOut };
  };

  /** The columns that matter most first. */
  const readColumns = async ({ filter, model, totals }: FigureScope): Promise<readonly Figure[]> =>
    model ? orderByImportance(await readFigures(model, filter, totals), model.importance) : [];

  /** What its filters may name, and the files whose customers are not in it. */
  const readNames = async ({ filter }: FigureScope) => {
    const names = await readFilterNames(db);
    return {
      ...names,
      scoredBy: [...names.models, ...(await listArchivedModels(db))],
      unreadable: await listUnreadableMatches(db, filter),
    };
  };

  return { readScope, readColumns, readNames };
}
