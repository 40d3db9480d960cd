/** Activating a model and going back, on pages that tell what would change. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { activate, findRollbackTarget, rollBack } from '../domain/models/activation.ts';
import type { ActivationPreview } from '../domain/models/activation.ts';
import { Conflict, Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, parseForm } from '../http/validate.ts';
import { findActiveModel, getModel } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';

declare module '../http/render.ts' {
  interface Pages {
    'models/activation': PageData & {
      readonly model: ModelRecord;
      readonly active: ModelRecord | undefined;
      readonly preview: ActivationPreview;
      readonly isRollback: boolean;
    };
  }
}

/** The model that the page named. */
const RollbackForm = z.object({
  model: z.coerce.number('Open the page again and confirm which model to go back to.').int().positive(),
});

export function createModelActivationHandlers({ db, config, tasks }: Context) {
  const showPage = async (
    res: Response,
    model: ModelRecord,
    isRollback: boolean,
    errors: readonly FieldError[],
  ) => {
    await render(
      res,
      'models/activation',
      {
        title: `${isRollback ? 'Go back to' : 'Activate'} ${model.label}`,
        model,
        active: await findActiveModel(db),
        preview: await tasks.run('previewActivation', { modelId: model.id }),
        isRollback,
        errors,
      },
      errors.length > 0 ? 422 : 200,
    );
  };

  return {
    show: async (req: Request, res: Response) => {
      await showPage(res, await getModel(db, idParam(req)), false, []);
    },

    create: async (req: Request, res: Response) => {
      const model = await getModel(db, idParam(req));
      const { tests, failures } = await tasks.run('previewActivation', { modelId: model.id });
      const accepted = (req.body as Readonly<Record<string, unknown>> | undefined)?.['despite'];
      if (failures !== null && accepted !== failures) {
        const message =
          accepted === undefined
            ? 'A promotion test fails. Tick that you activate the model all the same, or cancel.'
            : 'Other promotion tests fail now than when this page was opened. Look at the results again.';
        await showPage(res, model, false, [{ field: 'despite', message }]);
        return;
      }
      await activate(db, config.modelsDir, currentUser(req), { id: model.id, tests });
      flash(
        req,
        'success',
        `${model.label} scores from now on. Stored scores stay as they are until files are scored again.`,
      );
      res.redirect(303, `/models/${model.id}`);
    },

    confirmRollback: async (_req: Request, res: Response) => {
      const previous = await findRollbackTarget(db);
      if (!previous) throw new Conflict('There is no earlier model to go back to.');
      await showPage(res, previous, true, []);
    },

    rollBack: async (req: Request, res: Response) => {
      const form = parseForm(RollbackForm, req.body);
      if (!form.ok) throw new Unprocessable(form.errors);
      const model = await rollBack(db, config.modelsDir, currentUser(req), form.data.model);
      flash(req, 'success', `${model.label} scores again, exactly as before.`);
      res.redirect(303, `/models/${model.id}`);
    },
  };
}
