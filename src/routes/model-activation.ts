/** Activating a model and going back to the one before, each on a page that shows what would change. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { activate, findRollbackTarget, rollBack } from '../domain/models/activation.ts';
import { Conflict, Unprocessable } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, parseForm, textValues } from '../http/validate.ts';
import { presentActivation } from '../presenters/activation.ts';
import type { ActivationData } from '../presenters/activation.ts';
import { findActiveModel, getModel } from '../store/models.ts';

declare module '../http/render.ts' {
  interface Pages {
    'models/activation': PageData & ReturnType<typeof presentActivation>;
  }
}

/** The model that the page named. */
const RollbackForm = z.object({
  model: z.coerce.number('Open the page again and confirm which model to go back to.').int().positive(),
});

const testFails = 'A promotion test fails. Tick the box to activate the model anyway, or cancel.';
const otherTestsFail =
  'The failing promotion tests have changed since this page was opened. Check the results again.';

export function createModelActivationHandlers({ db, config, tasks }: Context) {
  const previewOf = (modelId: number) => tasks.run('previewActivation', { modelId });

  const showPage = async (res: Response, page: Omit<ActivationData, 'active'>) => {
    const active = await findActiveModel(db);
    await render(res, 'models/activation', (h) => presentActivation(h, { ...page, active }));
  };

  return {
    show: async (req: Request, res: Response) => {
      const model = await getModel(db, idParam(req));
      await showPage(res, { model, preview: await previewOf(model.id), isRollback: false, errors: [] });
    },

    create: async (req: Request, res: Response) => {
      const model = await getModel(db, idParam(req));
      const preview = await previewOf(model.id);
      const { tests, failures } = preview;
      const accepted = textValues(req.body)['despite'];
      if (failures !== null && accepted !== failures) {
        const message = accepted === undefined ? testFails : otherTestsFail;
        return showPage(res, { model, preview, isRollback: false, errors: [{ field: 'despite', message }] });
      }
      await activate(db, config.modelsDir, currentUser(req), { id: model.id, tests });
      flash(
        req,
        'success',
        `${model.label} is active. Stored scores change when customers are scored again.`,
      );
      res.redirect(303, `/models/${model.id}`);
    },

    confirmRollback: async (_req: Request, res: Response) => {
      const model = await findRollbackTarget(db);
      if (!model) throw new Conflict('There is no earlier model to go back to.');
      await showPage(res, { model, preview: await previewOf(model.id), isRollback: true, errors: [] });
    },

    rollBack: async (req: Request, res: Response) => {
      const form = parseForm(RollbackForm, req.body);
      if (!form.ok) throw new Unprocessable(form.errors);
      const model = await rollBack(db, config.modelsDir, currentUser(req), form.data.model);
      flash(req, 'success', `${model.label} is active again and gives the same scores as before.`);
      res.redirect(303, `/models/${model.id}`);
    },
  };
}
