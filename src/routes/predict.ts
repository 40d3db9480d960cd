/** The form for one customer, built from a model's schema. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { formFields, notKnown, predictCustomer } from '../domain/predicting.ts';
import type { FormField } from '../domain/predicting.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { parseForm, textValues } from '../http/validate.ts';
import { findModel, listModels } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';
import { getPrediction } from '../store/predictions.ts';

declare module '../http/render.ts' {
  interface Pages {
    'predict/show': PageData & {
      readonly model: ModelRecord | null;
      readonly models: readonly ModelRecord[];
      readonly fields: readonly FormField[];
      readonly values: Readonly<Record<string, string>>;
      readonly notKnown: string;
    };
  }
}

const PredictForm = z
  .looseObject({ model: z.coerce.number().int().positive('Choose a model.') })
  .catchall(z.unknown());

export function createPredictHandlers({ db, config }: Context) {
  const show = async (
    res: Response,
    model: ModelRecord | null,
    values: Readonly<Record<string, string>>,
    errors: readonly FieldError[] = [],
  ) => {
    const fields = model ? formFields(model) : [];
    const page = {
      title: 'Predict for one customer',
      model,
      models: await listModels(db),
      fields,
      values,
      notKnown,
      errors,
    };
    await render(res, 'predict/show', page, errors.length > 0 ? 422 : 200);
  };

  return {
    /** `?model=ID` chooses a model, `?from=ID` begins with the values of a prediction. */
    show: async (req: Request, res: Response) => {
      const from = Number(req.query['from']);
      const original =
        Number.isSafeInteger(from) && from > 0 ? await getPrediction(db, from).catch(() => null) : null;
      const chosen = original?.modelId ?? Number(req.query['model']);
      const model =
        (Number.isSafeInteger(chosen) && chosen > 0 ? await findModel(db, chosen) : undefined) ??
        (await listModels(db))[0] ??
        null;
      await show(res, model, original && model ? valuesOf(model, original) : {});
    },

    create: async (req: Request, res: Response) => {
      const form = parseForm(PredictForm, req.body);
      const values = textValues(req.body);
      const model = form.ok ? await findModel(db, form.data.model) : undefined;
      if (!model) {
        await show(res, (await listModels(db))[0] ?? null, values, [
          { field: 'model', message: 'This model is no longer there. Choose another.' },
        ]);
        return;
      }
      const prediction = await predictCustomer(db, config.modelsDir, currentUser(req), model.id, values);
      if (!prediction.ok) {
        await show(res, model, values, prediction.errors);
        return;
      }
      const compared = /^\d{1,10}$/.test(values['compared'] ?? '')
        ? `?compared=${values['compared'] ?? ''}`
        : '';
      res.redirect(303, `/predictions/${prediction.id}${compared}`);
    },
  };
}

function valuesOf(
  model: ModelRecord,
  original: { id: number; customerId: string | null; inputs: Readonly<Record<string, string>> },
): Record<string, string> {
  const fields = formFields(model).map(({ name, feature }) => {
    const value = original.inputs[feature.name] ?? '';
    return [name, value === '' && feature.range === null ? notKnown : value] as const;
  });
  return {
    ...Object.fromEntries(fields),
    customer: original.customerId ?? '',
    compared: String(original.id),
  };
}
