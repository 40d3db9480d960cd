/** Which actions are recommended, which were done, and what became of the customers. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { joinActions } from '../domain/analytics/action-figures.ts';
import type { ActionFigures } from '../domain/analytics/action-figures.ts';
import { currentPopulation, withinPopulation } from '../domain/analytics/population.ts';
import { sendCsv } from '../http/csv.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { actionUseCsv, presentActionUse } from '../presenters/action-use.ts';
import { readActionUse } from '../store/action-use.ts';
import { noFilter } from '../store/prediction-filters.ts';
import type { ActionTotal } from '../store/score-files/action-totals.ts';
import { createKeptResults } from './kept-results.ts';
import { openPageFigures } from './page-parts.ts';

declare module '../http/render.ts' {
  interface Pages {
    'analytics/actions': PageData & ReturnType<typeof presentActionUse>;
  }
}

export function createActionUseHandlers(context: Context) {
  const { db, tasks } = context;
  const kept = createKeptResults<readonly ActionTotal[]>();

  const read = async (): Promise<ActionFigures[]> => {
    const filter = withinPopulation({ ...noFilter }, await currentPopulation(db));
    const totals = await tasks.run('sumPredictions', { filter });
    const sums = kept.get(JSON.stringify([filter, totals]), () => tasks.run('sumActions', { filter }));
    return joinActions(await sums, await readActionUse(db));
  };

  return {
    show: async (_req: Request, res: Response) => {
      const figures = openPageFigures(context);
      const actions = await figures.read('actions', read);
      await render(res, 'analytics/actions', (h) => ({
        ...presentActionUse(h, actions),
        isWaiting: figures.isWaiting(),
      }));
    },

    download: async (_req: Request, res: Response) => {
      const { header, rows } = actionUseCsv(await read());
      await sendCsv(res, 'actions-by-result.csv', header, rows);
    },
  };
}
