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
import type { Movement } from '../store/score-files/movement.ts';
import type { Totals } from '../store/score-files/totals.ts';
import { getSettings } from '../store/settings.ts';
import type { FigureReader } from './figure-reader.ts';
import { createKeptResults } from './kept-results.ts';
import { createPartReader } from './page-parts.ts';
import { openScoreStore } from '../store/score-files/store.ts';

declare module '../http/render.ts' {
  interface Pages {
    'home/show': PageData & ReturnType<typeof presentHome>;
  }
}

interface ComparedIds {
  readonly laterId: number;
  readonly earlierId: number;
}

export const histogramBins = 20;

/** Charts by column on the first page. */
const levelCharts = 2;

export function createHomeHandlers({ db, config, log, tasks }: Context, readFigures: FigureReader) {
  const orNull = createPartReader(log);
  const movements = createKeptResults<Movement | null>();

  const countMissing = async (batchId: number): Promise<number> =>
    (await tasks.run('pageOfMissing', { batchId, earlierId: null, page: 1, size: 1 })).total;

  /** Kept until the totals, and so the scores or their levels, change. */
  const readMovement = ({ laterId, earlierId }: ComparedIds, totals: Totals | null) =>
    movements.get(JSON.stringify([laterId, earlierId, totals]), () =>
      tasks.run('readMovement', { filter: { ...noFilter, batch: laterId }, earlierId }),
    );

  const readHome = async (user: UserRecord): Promise<HomeData> => {
    const settings = await getSettings(db);
    const { model, filter: population, leftOut } = await currentPopulation(db);
    const filter = { ...noFilter, population };
    const now = await timeOf(db);
    const since = lastVisit(user, now);
    const counting = orNull('totals', () => tasks.run('sumPredictions', { filter }));
    const look: Look = {
      ...{ db, userId: user.id, since, countMissing },
      readMovement: async (laterId, earlierId) => readMovement({ laterId, earlierId }, await counting),
      today: today(settings.timeZone, now),
      includesSample: population.includesSample,
    };
    const [totals, histogram, changes] = await Promise.all([
      counting,
      orNull('histogram', () => tasks.run('probabilityHistogram', { filter, bins: histogramBins })),
      readChanges(look, orNull),
      orNull('visit', () => noteVisit(db, user)),
    ]);
    const readLevels = async (counted: Totals): Promise<readonly Figure[]> => {
      if (!model) return [];
      const figures = orderByImportance(await readFigures(model, filter, counted), model.importance);
      return pickCategories(figures, model.schema, levelCharts);
    };
    return {
      isEmpty: !(await hasPredictions(db)),
      hasSample: population.includesSample && (await countSamplePredictions(db)) > 0,
      leftOut,
      totals,
      histogram,
      figures: totals && (await orNull('figures', () => readLevels(totals))),
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
      const data = await readHome(await getUser(db, currentUser(req).id));
      await render(res, 'home/show', (h) => ({ title: 'Home', ...presentHome(h, data) }));
    },
  };
}
