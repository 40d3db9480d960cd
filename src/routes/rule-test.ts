/** Testing the retention rules on a customer. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { scoreId } from '../http/validate.ts';
import { presentRuleTest } from '../presenters/rule.ts';
import { listOfferedCustomers } from './offered-customers.ts';

declare module '../http/render.ts' {
  interface Pages {
    'rules/test': PageData & ReturnType<typeof presentRuleTest>;
  }
}

export function createRuleTestHandlers({ db, tasks }: Context) {
  return {
    /** `?prediction=ID`: which rules match this customer. */
    show: async (req: Request, res: Response) => {
      const id = scoreId(req.query['prediction']);
      const prediction = id === null ? null : await tasks.run('findScore', { id });
      const recent = await listOfferedCustomers({ db, tasks });
      const trials = prediction ? await tasks.run('tryRules', { prediction }) : [];
      await render(res, 'rules/test', (h) => ({
        title: 'Test the rules on a customer',
        ...presentRuleTest(h, { prediction, recent, trials }),
      }));
    },
  };
}
