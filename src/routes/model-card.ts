/** A model's card, and its threshold. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { cardFigures, trainedThreshold } from '../domain/models/card-figures.ts';
import type { CardFigure, CardMeasure } from '../domain/models/card-figures.ts';
import { compareChallenger } from '../domain/models/challenger.ts';
import type { ChallengerComparison } from '../domain/models/challenger.ts';
import { problemOfModel, saveThreshold } from '../domain/models/registry.ts';
import { exploreThreshold, usualChoice } from '../domain/models/thresholds.ts';
import type { ThresholdChoice, ThresholdExploration } from '../domain/models/thresholds.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, parseForm } from '../http/validate.ts';
import { findDataset } from '../store/datasets.ts';
import { getModel } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';
import { getSettings } from '../store/settings.ts';

declare module '../http/render.ts' {
  interface Pages {
    'models/show': PageData & {
      readonly model: ModelRecord;
      readonly figures: ReadonlyMap<CardMeasure, CardFigure>;
      /** What the figures of groups were measured at. */
      readonly trainedThreshold: number;
      /** Why its file cannot be used; null: it can. */
      readonly fileProblem: string | null;
      /** Where the data still are. */
      readonly datasetId: number | null;
      readonly exploration: ThresholdExploration | null;
      /** What was typed into the threshold's form and could not be read. */
      readonly values: Readonly<Record<string, string>>;
      /** Beside the active model, where it was tried so. */
      readonly comparison: ChallengerComparison | null;
    };
  }
}

const decimal = (message: string, low: number, high: number) =>
  z
    .string()
    .trim()
    .transform((text) => (text === '' ? NaN : Number(text.replace(',', '.'))))
    .refine((value) => value >= low && value <= high, message);

const ThresholdForm = z.object({
  threshold: decimal('Enter a percentage from 0 to 100.', 0, 100),
  contactCost: decimal('Enter an amount such as 2.50.', 0, 1e9),
  offerCost: decimal('Enter an amount such as 20.', 0, 1e9),
  saveRate: decimal('Enter a percentage from 0 to 100.', 0, 100),
  valueMonths: decimal('Enter months, from 1 to 240.', 1, 240),
  monthlyValue: decimal('Enter an amount such as 50.', 0, 1e9).optional(),
});

export function createModelCardHandlers({ db, config }: Context) {
  const showCard = async (res: Response, model: ModelRecord, query: unknown, isForm: boolean) => {
    const settings = await getSettings(db);
    const usual = usualChoice(model.threshold, settings);
    const form = isForm ? parseForm(ThresholdForm, query) : null;
    const choice = form?.ok ? toChoice(form.data, usual) : usual;
    const fileProblem = await problemOfModel(config.modelsDir, model);
    const errors = form && !form.ok ? form.errors : [];
    const dataset = model.datasetId === null ? undefined : await findDataset(db, model.datasetId);
    await render(
      res,
      'models/show',
      {
        title: model.label,
        scripts: ['print-details'],
        model,
        figures: cardFigures(model),
        trainedThreshold,
        fileProblem,
        datasetId: dataset?.id ?? null,
        exploration: exploreThreshold(model.evaluation, choice),
        values: form && !form.ok ? form.values : {},
        comparison: await compareChallenger(db, model.id),
        errors,
      },
      errors.length > 0 ? 422 : fileProblem === null ? 200 : 409,
    );
  };

  return {
    show: async (req: Request, res: Response) => {
      await showCard(res, await getModel(db, idParam(req)), req.query, 'threshold' in req.query);
    },

    keepThreshold: async (req: Request, res: Response) => {
      const model = await getModel(db, idParam(req));
      const form = parseForm(ThresholdForm, req.body);
      if (!form.ok) {
        await showCard(res, model, req.body, true);
        return;
      }
      const { threshold, assumptions } = toChoice(
        form.data,
        usualChoice(model.threshold, await getSettings(db)),
      );
      await saveThreshold(db, currentUser(req), model.id, { threshold, costs: assumptions });
      flash(req, 'success', `Threshold of ${model.label} saved. Files scored from now on use it.`);
      res.redirect(303, `/models/${model.id}#threshold`);
    },
  };
}

function toChoice(form: z.infer<typeof ThresholdForm>, usual: ThresholdChoice): ThresholdChoice {
  const { contactCost, offerCost, valueMonths } = form;
  return {
    threshold: Math.round(form.threshold) / 100,
    assumptions: { contactCost, offerCost, valueMonths, saveRate: form.saveRate / 100 },
    monthlyValue: form.monthlyValue ?? usual.monthlyValue,
  };
}
