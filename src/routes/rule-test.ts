/** Testing the retention rules on a customer. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { currentPopulation } from '../domain/analytics/population.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { scoreId } from '../http/validate.ts';
import { presentRuleTest } from '../presenters/rule.ts';
import { noFilter } from '../store/prediction-filters.ts';
import type { ListedPrediction } from '../store/score-files/rows.ts';

declare module '../http/render.ts' {
  interface Pages {
    'rules/test': PageData & ReturnType<typeof presentRuleTest>;
  }
}

export function createRuleTestHandlers({ db, tasks }: Context) {
  /** The customers with the highest churn probability. */
  const listOfferedCustomers = async (): Promise<ListedPrediction[]> => {
    const { filter: population } = await currentPopulation(db);
    return tasks.run('listPredictions', {
      filter: { ...noFilter, population },
      sort: { key: 'probability', descending: true },
      limit: 20,
    });
  };

  return {
    /** `?prediction=ID`: which rules match this customer. */
    show: async (req: Request, res: Response) => {
      const id = scoreId(req.query['prediction']);
      const prediction = id === null ? null : await tasks.run('findScore', { id });
      const recent = await listOfferedCustomers();
      const trials = prediction ? await tasks.run('tryRules', { prediction }) : [];
      await render(res, 'rules/test', (h) => ({
        title: 'Test the rules on a customer',
        ...presentRuleTest(h, { prediction, recent, trials }),
      }));
    },
  };
}
