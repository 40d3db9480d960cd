/** What finished campaigns say of actions and groups of customers. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { contactAgain } from '../domain/campaigns/harm.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam } from '../http/validate.ts';
import { presentEvidence } from '../presenters/evidence.ts';
import { presentSavings } from '../presenters/savings.ts';
import { getCampaign } from '../store/campaigns.ts';

declare module '../http/render.ts' {
  interface Pages {
    'campaigns/evidence': PageData & ReturnType<typeof presentEvidence>;
    'campaigns/savings': PageData & ReturnType<typeof presentSavings>;
  }
}

export function createEvidenceHandlers({ db, tasks }: Context) {
  return {
    show: async (_req: Request, res: Response) => {
      const evidence = await tasks.run('readEvidence', {});
      await render(res, 'campaigns/evidence', (h) => presentEvidence(h, evidence));
    },

    savings: async (_req: Request, res: Response) => {
      const years = await tasks.run('readSavings', {});
      await render(res, 'campaigns/savings', (h) => presentSavings(h, years));
    },

    contactAgain: async (req: Request, res: Response) => {
      const campaign = await getCampaign(db, idParam(req));
      await contactAgain(db, currentUser(req), campaign);
      flash(req, 'success', `New campaigns can have the groups that ${campaign.name} named.`);
      res.redirect(303, '/campaigns/evidence');
    },
  };
}
