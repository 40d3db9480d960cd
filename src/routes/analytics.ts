/** One question a figure, over the latest score of every customer or one upload. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import type { Figure } from '../domain/analytics/analytics.ts';
import { currentPopulation, withinPopulation } from '../domain/analytics/population.ts';
import { riskLevels } from '../domain/risk/levels.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { parseQuery } from '../http/validate.ts';
import { findBatch, listBatches } from '../store/batches.ts';
import type { BatchRecord } from '../store/batches.ts';
import { findModel } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';
import { noFilter } from '../store/predictions.ts';
import type { Totals } from '../store/predictions.ts';
import { getSettings } from '../store/settings.ts';
import type { Settings } from '../store/settings.ts';
import type { FigureReader } from './figure-reader.ts';
import { histogramBins } from './home.ts';
import { createPartReader } from './page-parts.ts';

declare module '../http/render.ts' {
  interface Pages {
    'analytics/show': PageData & {
      readonly query: Readonly<Record<string, string | number>>;
      readonly totals: Totals;
      /** Null, here and below: it could not be read. */
      readonly histogram: readonly number[] | null;
      readonly figures: readonly Figure[] | null;
      readonly batches: readonly BatchRecord[];
      /** Whose columns are shown: that of the upload, or of the customers on the home page. */
      readonly model: ModelRecord | undefined;
      readonly leftOut: readonly string[];
      readonly settings: Settings;
    };
  }
}

const AnalyticsQuery = z.object({
  batch: z.union([z.literal(''), z.coerce.number().int().positive()]).default(''),
  risk: z.enum(['', ...riskLevels]).default(''),
});

export function createAnalyticsHandlers({ db, log, tasks }: Context, readFigures: FigureReader) {
  const orNull = createPartReader(log);

  const modelOfBatch = async (batchId: number): Promise<ModelRecord | undefined> => {
    const modelId = (await findBatch(db, batchId))?.modelId ?? null;
    return modelId === null ? undefined : findModel(db, modelId);
  };

  return {
    show: async (req: Request, res: Response) => {
      const { data: query, noted } = parseQuery(AnalyticsQuery, req.query);
      if (noted) flash(req, 'notice', 'A part of the address made no sense and was left out.');
      const batchId = query.batch === '' ? null : query.batch;
      const population = await currentPopulation(db);
      const filter = withinPopulation({ ...noFilter, batch: batchId, risk: query.risk || null }, population);
      const model = batchId === null ? population.model : await modelOfBatch(batchId);
      const totals = await tasks.run('sumPredictions', { filter });
      await render(res, 'analytics/show', {
        title: 'Analytics',
        scripts: ['charts'],
        query,
        totals,
        histogram: await orNull('histogram', () =>
          tasks.run('probabilityHistogram', { filter, bins: histogramBins }),
        ),
        figures: model ? await orNull('figures', () => readFigures(model, filter, totals)) : [],
        batches: (await listBatches(db, 50)).filter((batch) => batch.scoredCount > 0),
        model,
        leftOut: batchId === null ? population.leftOut : [],
        settings: await getSettings(db),
      });
    },
  };
}
