/** The first page: how many customers are at risk, what that costs, and what to do next. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { pickContractLike } from '../domain/analytics/analytics.ts';
import type { Figure } from '../domain/analytics/analytics.ts';
import { listUnusableModels } from '../domain/models/registry.ts';
import type { UnusableModel } from '../domain/models/registry.ts';
import { currentPopulation } from '../domain/analytics/population.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { listBatches } from '../store/batches.ts';
import type { BatchRecord } from '../store/batches.ts';
import { findActiveModel } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';
import { countSamplePredictions, hasPredictions, noFilter } from '../store/predictions.ts';
import type { Totals } from '../store/predictions.ts';
import { getSettings } from '../store/settings.ts';
import type { Settings } from '../store/settings.ts';
import type { FigureReader } from './figure-reader.ts';
import { createPartReader } from './page-parts.ts';

declare module '../http/render.ts' {
  interface Pages {
    'home/show': PageData & {
      readonly isEmpty: boolean;
      readonly hasSample: boolean;
      /** Models whose scores are not counted here, because they look at other columns. */
      readonly leftOut: readonly string[];
      /** Null, here and below: it could not be read. */
      readonly totals: Totals | null;
      readonly histogram: readonly number[] | null;
      readonly figures: readonly Figure[] | null;
      readonly batches: readonly BatchRecord[] | null;
      /** The one whose customers are shown. */
      readonly model: ModelRecord | undefined;
      readonly active: ModelRecord | undefined;
      readonly unusableModels: readonly UnusableModel[];
      readonly settings: Settings;
    };
  }
}

export const histogramBins = 20;

export function createHomeHandlers({ db, config, log, tasks }: Context, readFigures: FigureReader) {
  const orNull = createPartReader(log);

  return {
    show: async (_req: Request, res: Response) => {
      const { model, filter: population, leftOut } = await currentPopulation(db);
      const filter = { ...noFilter, population };
      const totals = await orNull('totals', () => tasks.run('sumPredictions', { filter }));
      await render(res, 'home/show', {
        title: 'Home',
        scripts: ['charts'],
        isEmpty: !(await hasPredictions(db)),
        hasSample: population.includesSample && (await countSamplePredictions(db)) > 0,
        leftOut,
        totals,
        histogram: await orNull('histogram', () =>
          tasks.run('probabilityHistogram', { filter, bins: histogramBins }),
        ),
        figures:
          totals &&
          (await orNull('figures', async () =>
            model ? pickContractLike(await readFigures(model, filter, totals), model.schema, 2) : [],
          )),
        batches: await orNull('batches', () => listBatches(db, 5)),
        model,
        unusableModels: await listUnusableModels(db, config.modelsDir),
        active: await findActiveModel(db),
        settings: await getSettings(db),
      });
    },
  };
}
