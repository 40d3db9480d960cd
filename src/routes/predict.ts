/** The form for one customer, built from a model's schema. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import type { CustomerScore } from '../domain/scoring/customer-record.ts';
import { formFields, predictCustomer, valuesFrom } from '../domain/scoring/one-customer.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { parseForm, scoreId, textValues } from '../http/validate.ts';
import { presentPredictionForm } from '../presenters/prediction-form.ts';
import { listModels } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';
import { openScoreStore } from '../store/score-files/store.ts';

declare module '../http/render.ts' {
  interface Pages {
    'predict/show': PageData & ReturnType<typeof presentPredictionForm>;
  }
}

const PredictForm = z
  .looseObject({ model: z.coerce.number().int().positive('Choose a model.') })
  .catchall(z.unknown());

export function createPredictHandlers({ db, config, tasks }: Context) {
  const store = openScoreStore(db, config);
  const show = async (
    res: Response,
    model: ModelRecord | null,
    values: Readonly<Record<string, string>>,
    errors: readonly FieldError[] = [],
  ) => {
    const data = { model, models: await listModels(db), fields: model ? formFields(model) : [], values };
    const title = 'Score one customer';
    await render(res, 'predict/show', (h) => ({ title, errors, ...presentPredictionForm(h, data) }));
  };

  return {
    /** `?model=ID` chooses a model, `?from=ID` begins with the values of a prediction. */
    show: async (req: Request, res: Response) => {
      const original = await findOriginal(req.query['from']);
      const models = await listModels(db);
      const withId = (wanted: number | null | undefined) => models.find(({ id }) => id === wanted);
      const model = withId(Number(req.query['model'])) ?? withId(original?.modelId) ?? models[0] ?? null;
      await show(res, model, original && model ? valuesOf(model, original) : {});
    },

    create: async (req: Request, res: Response) => {
      const form = parseForm(PredictForm, req.body);
      const values = textValues(req.body);
      const models = await listModels(db);
      const model = form.ok ? models.find(({ id }) => id === form.data.model) : undefined;
      if (!model) {
        await show(res, models[0] ?? null, values, [
          { field: 'model', message: 'This model no longer exists. Choose another.' },
        ]);
        return;
      }
      const original = await findOriginal(values['compared']);
      const isWhatIf = original !== null && values['replace'] !== 'yes';
      const asked = { modelId: model.id, values, isWhatIf };
      const prediction = await predictCustomer(store, currentUser(req), asked, (customer) =>
        tasks.run('scoreForm', customer),
      );
      if (!prediction.ok) {
        await show(res, model, values, prediction.errors);
        return;
      }
      res.redirect(303, `/customers/${prediction.id}${original === null ? '' : `?compared=${original.id}`}`);
    },
  };

  /** The prediction that a what-if begins with; null where the address names none that is there. */
  async function findOriginal(text: unknown): Promise<CustomerScore | null> {
    const id = scoreId(text);
    return id === null ? null : tasks.run('findScore', { id }).catch(() => null);
  }
}

function valuesOf(model: ModelRecord, original: CustomerScore): Record<string, string> {
  return {
    ...valuesFrom(formFields(model), original.inputs),
    customer: original.customerId ?? '',
    monthlyValue: original.monthlyValue === null ? '' : String(original.monthlyValue),
    compared: String(original.id),
  };
}
