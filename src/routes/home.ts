/** The first page: how many customers are at risk, what that costs, and what to do next. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import type { Figure } from '../domain/analytics/analytics.ts';
import { orderByImportance, pickCategories } from '../domain/analytics/analytics.ts';
import { timeOf } from '../db/clock.ts';
import { today } from '../domain/campaigns/days.ts';
import { readChanges } from '../domain/changes/changes.ts';
import type { Look } from '../domain/changes/look.ts';
import { lastVisit, noteVisit } from '../domain/changes/visits.ts';
import { listUnusableModels } from '../domain/models/registry.ts';
import { currentPopulation } from '../domain/analytics/population.ts';
import { currentUser } from '../http/authenticate.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { presentHome } from '../presenters/home.ts';
import type { HomeData } from '../presenters/home.ts';
import { listBatches } from '../store/batches.ts';
import { findActiveModel } from '../store/models.ts';
import { getUser } from '../store/users.ts';
import type { UserRecord } from '../store/users.ts';
import { noFilter } from '../store/prediction-filters.ts';
import { listUnreadableScores } from '../store/score-files/damage.ts';
import { countSamplePredictions, hasPredictions } from '../store/score-files/usage.ts';
import type { Totals } from '../store/score-files/totals.ts';
import { getSettings } from '../store/settings.ts';
import type { KeptFigures } from './kept-figures.ts';
import { createPartReader, openPageFigures } from './page-parts.ts';
import type { PageFigures } from './page-parts.ts';
import { openScoreStore } from '../store/score-files/store.ts';

declare module '../http/render.ts' {
  interface Pages {
    'home/show': PageData & ReturnType<typeof presentHome>;
  }
}

export const histogramBins = 20;

/** Charts by column on the first page. */
const levelCharts = 2;

export function createHomeHandlers(context: Context, kept: KeptFigures) {
  const { db, config, log, tasks } = context;
  const orNull = createPartReader(log);

  const countMissing = async (batchId: number): Promise<number> =>
    (await tasks.run('pageOfMissing', { batchId, earlierId: null, page: 1, size: 1 })).total;

  const readHome = async (user: UserRecord, figures: PageFigures): Promise<HomeData> => {
    const settings = await getSettings(db);
    const { model, filter: population, leftOut } = await currentPopulation(db);
    const filter = { ...noFilter, population };
    const now = await timeOf(db);
    const since = lastVisit(user, now);
    const look: Look = {
      ...{ db, userId: user.id, since, countMissing },
      readMovement: (laterId, earlierId) => kept.movement({ ...noFilter, batch: laterId }, earlierId),
      today: today(settings.timeZone, now),
      includesSample: population.includesSample,
    };
    const [totals, histogram, changes] = await Promise.all([
      orNull('totals', () => tasks.run('sumPredictions', { filter })),
      orNull('histogram', () => tasks.run('probabilityHistogram', { filter, bins: histogramBins })),
      readChanges(look, { quick: orNull, figure: figures.read }),
      orNull('visit', () => noteVisit(db, user)),
    ]);
    const readLevels = async (counted: Totals): Promise<readonly Figure[]> => {
      if (!model) return [];
      const all = orderByImportance(await kept.byColumn(model, filter, counted), model.importance);
      return pickCategories(all, model.schema, levelCharts);
    };
    return {
      isEmpty: !(await hasPredictions(db)),
      hasSample: population.includesSample && (await countSamplePredictions(db)) > 0,
      leftOut,
      totals,
      histogram,
      figures: totals && (await figures.read('figures', () => readLevels(totals))),
      batches: await orNull('batches', () => listBatches(db, 5)),
      model,
      unusableModels: await listUnusableModels(db, config.modelsDir),
      unreadable: await listUnreadableScores(openScoreStore(db, config)),
      active: await findActiveModel(db),
      settings,
      changes,
      since,
      now: new Date(now).toISOString(),
    };
  };

  return {
    show: async (req: Request, res: Response) => {
      const figures = openPageFigures(context);
      const data = await readHome(await getUser(db, currentUser(req).id), figures);
      await render(res, 'home/show', (h) => ({
        title: 'Home',
        ...presentHome(h, data),
        isWaiting: figures.isWaiting(),
      }));
    },
  };
}
