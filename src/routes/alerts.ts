/** Alerts: the list, and whether one was useful. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, parseForm } from '../http/validate.ts';
import { presentAlerts } from '../presenters/alert.ts';
import { countUseful, listRaisedAlerts, sayUseful } from '../store/alerts.ts';

declare module '../http/render.ts' {
  interface Pages {
    'alerts/list': PageData & ReturnType<typeof presentAlerts>;
  }
}

const mostListed = 200;
const AnswerForm = z.object({ useful: z.enum(['yes', 'no'], 'Answer yes or no.') });

export function createAlertHandlers({ db }: Context) {
  return {
    list: async (_req: Request, res: Response) => {
      const alerts = await listRaisedAlerts(db, mostListed);
      const usefulness = await countUseful(db);
      await render(res, 'alerts/list', (h) => ({ title: 'Alerts', ...presentAlerts(h, alerts, usefulness) }));
    },

    answer: async (req: Request, res: Response) => {
      const form = parseForm(AnswerForm, req.body);
      if (form.ok) {
        await sayUseful(db, idParam(req), form.data.useful === 'yes');
        flash(req, 'success', 'Thank you. Your answer has been saved.');
      }
      res.redirect(303, '/alerts');
    },
  };
}
