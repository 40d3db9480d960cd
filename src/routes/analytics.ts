/** One figure per question, over the latest score of every customer or over one file. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { isoTimeOf } from '../db/clock.ts';
import { orderByImportance } from '../domain/analytics/analytics.ts';
import { currentPopulation, withinPopulation } from '../domain/analytics/population.ts';
import { Unavailable } from '../errors.ts';
import { sendCsv } from '../http/csv.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { parseQuery } from '../http/validate.ts';
import { figuresCsv, presentAnalytics } from '../presenters/analytics.ts';
import type { AnalyticsData } from '../presenters/analytics.ts';
import { presentReport } from '../presenters/report.ts';
import { presentViewMenu } from '../presenters/saved-view.ts';
import { findBatch } from '../store/batches.ts';
import { findModel, listArchivedModels, listModels } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';
import { listSegments } from '../store/segments.ts';
import { listUnreadableMatches } from '../store/score-files/scan.ts';
import { getSettings } from '../store/settings.ts';
import { filterFields, listScoredFiles, toFilter } from './customer-filter.ts';
import type { FigureReader } from './figure-reader.ts';
import { histogramBins } from './home.ts';
import { createPartReader, openPageFigures } from './page-parts.ts';
import type { PartReader } from './page-parts.ts';
import { readViewMenu } from './saved-view-menu.ts';
import type { WithViewMenu } from './saved-view-menu.ts';

declare module '../http/render.ts' {
  interface Pages {
    'analytics/show': PageData & ReturnType<typeof presentAnalytics> & WithViewMenu;
    'analytics/report': PageData & ReturnType<typeof presentReport>;
  }
}

const AnalyticsQuery = z.object({
  ...filterFields,
  columns: z.enum(['', 'all']).default(''),
});

export function createAnalyticsHandlers(context: Context, readFigures: FigureReader) {
  const { db, log, tasks } = context;
  const orNull = createPartReader(log);

  const modelOfBatch = async (batchId: number): Promise<ModelRecord | undefined> => {
    const modelId = (await findBatch(db, batchId))?.modelId ?? null;
    return modelId === null ? undefined : findModel(db, modelId);
  };

  /** Of every column. */
  const download = async (req: Request, res: Response) => {
    const { figures } = await readAnalytics(parseQuery(AnalyticsQuery, req.query).data, orNull);
    if (figures === null)
      throw new Unavailable('The figures are still being computed. Try again in a moment.');
    const { header, rows } = figuresCsv(figures);
    await sendCsv(res, 'risk-by-column.csv', header, rows);
  };

  /** `read` reads the figures by column. */
  const readAnalytics = async (query: AnalyticsData['query'], read: PartReader): Promise<AnalyticsData> => {
    const batchId = query.batch === '' ? null : query.batch;
    const population = await currentPopulation(db);
    const filter = withinPopulation({ ...toFilter(query), population: null }, population);
    const model = batchId === null ? population.model : await modelOfBatch(batchId);
    const [totals, histogram] = await Promise.all([
      tasks.run('sumPredictions', { filter }),
      orNull('histogram', () => tasks.run('probabilityHistogram', { filter, bins: histogramBins })),
    ]);
    const readColumns = async () =>
      model ? orderByImportance(await readFigures(model, filter, totals), model.importance) : [];
    return {
      query,
      totals,
      histogram,
      figures: await read('figures', readColumns),
      batches: await listScoredFiles(db),
      segments: await listSegments(db),
      models: await listModels(db),
      scoredBy: [...(await listModels(db)), ...(await listArchivedModels(db))],
      model,
      leftOut: batchId === null ? population.leftOut : [],
      unreadable: await listUnreadableMatches(db, filter),
      settings: await getSettings(db),
    };
  };

  return {
    download,

    show: async (req: Request, res: Response) => {
      const { data: query, noted } = parseQuery(AnalyticsQuery, req.query);
      if (noted) flash(req, 'notice', 'Part of the address was not recognised and was ignored.');
      const figures = openPageFigures(context);
      const data = await readAnalytics(query, figures.read);
      const menu = await readViewMenu(db, req, '/analytics', query);
      await render(res, 'analytics/show', (h) => ({
        title: 'Analytics',
        ...presentAnalytics(h, data),
        savedViews: presentViewMenu(h, menu),
        isWaiting: figures.isWaiting(),
      }));
    },

    /** The same customers on one page of paper. */
    report: async (req: Request, res: Response) => {
      const { data: query } = parseQuery(AnalyticsQuery, req.query);
      const figures = openPageFigures(context);
      const data = await readAnalytics(query, figures.read);
      const now = await isoTimeOf(db);
      await render(res, 'analytics/report', (h) => ({
        ...presentReport(h, data, now),
        isWaiting: figures.isWaiting(),
      }));
    },
  };
}
