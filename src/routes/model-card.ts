/** A model's card, and its threshold. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { cardFigures } from '../domain/models/card-figures.ts';
import { compareChallenger } from '../domain/models/challenger.ts';
import { problemOfModel, saveThreshold } from '../domain/models/registry.ts';
import { exploreThreshold, usualChoice } from '../domain/models/thresholds.ts';
import type { ThresholdChoice } from '../domain/models/thresholds.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, parseForm } from '../http/validate.ts';
import { presentModelCard } from '../presenters/model-card.ts';
import type { ModelCardPage } from '../presenters/model-card.ts';
import { findDataset } from '../store/datasets.ts';
import { getModel } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';
import { getSettings } from '../store/settings.ts';
import { openScoreStore } from '../store/score-files/store.ts';
import { marginField } from './value-fields.ts';

declare module '../http/render.ts' {
  interface Pages {
    'models/show': PageData & ModelCardPage;
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
  valueMargin: marginField,
  monthlyValue: decimal('Enter an amount such as 50.', 0, 1e9).optional(),
});

const GroupQuery = z.object({
  group: z
    .union([z.string(), z.array(z.string())])
    .transform((columns) => [columns].flat())
    .catch([]),
});

/** The query of a card. */
interface CardRequest {
  /** The fields of the threshold's form; null where it was not sent. */
  readonly form: unknown;
  readonly groupColumns: readonly string[];
}

export function createModelCardHandlers(context: Context) {
  const { db } = context;
  return {
    show: async (req: Request, res: Response) => {
      await showCard(context, res, await getModel(db, idParam(req)), {
        form: 'threshold' in req.query ? req.query : null,
        groupColumns: GroupQuery.parse(req.query).group,
      });
    },

    keepThreshold: async (req: Request, res: Response) => {
      const model = await getModel(db, idParam(req));
      const form = parseForm(ThresholdForm, req.body);
      if (!form.ok) return showCard(context, res, model, { form: req.body, groupColumns: [] });
      const usual = usualChoice(model.threshold, await getSettings(db));
      const { threshold, assumptions } = toChoice(form.data, usual);
      await saveThreshold(db, currentUser(req), model.id, { threshold, costs: assumptions });
      flash(req, 'success', `Threshold of ${model.label} saved. Files scored from now on use it.`);
      res.redirect(303, `/models/${model.id}#threshold`);
    },
  };
}

async function showCard(
  context: Context,
  res: Response,
  model: ModelRecord,
  asked: CardRequest,
): Promise<void> {
  const { db, config } = context;
  const fileProblem = await problemOfModel(config.modelsDir, model);
  const dataset = model.datasetId === null ? undefined : await findDataset(db, model.datasetId);
  const { threshold, errors } = await readThreshold(context, model, asked.form);
  const data = {
    model,
    figures: cardFigures(model),
    fileProblem,
    datasetId: dataset?.id ?? null,
    // Notes of an uploaded file are on how it was read.
    datasetNotes: dataset?.originalName === null ? dataset.notes : [],
    threshold,
    comparison: await compareChallenger(openScoreStore(db, config), model.id),
    groupColumns: asked.groupColumns,
    errors,
  };
  const status = errors.length > 0 ? 422 : fileProblem === null ? 200 : 409;
  await render(res, 'models/show', (h) => ({ title: model.label, ...presentModelCard(h, data) }), status);
}

/** What the form asks for, or the threshold in use where it was not sent or cannot be read. */
async function readThreshold({ db }: Context, model: ModelRecord, fields: unknown) {
  const settings = await getSettings(db);
  const usual = usualChoice(model.threshold, settings);
  const form = fields === null ? null : parseForm(ThresholdForm, fields);
  const exploration = exploreThreshold(model.evaluation, form?.ok ? toChoice(form.data, usual) : usual);
  const [typed, errors] = form && !form.ok ? [form.values, form.errors] : [{}, []];
  return { threshold: exploration && { exploration, typed, currency: settings.currency }, errors };
}

function toChoice(form: z.infer<typeof ThresholdForm>, usual: ThresholdChoice): ThresholdChoice {
  const { contactCost, offerCost, valueMonths, valueMargin } = form;
  return {
    threshold: Math.round(form.threshold) / 100,
    assumptions: {
      contactCost,
      offerCost,
      valueMonths,
      saveRate: form.saveRate / 100,
      valueMargin,
    },
    monthlyValue: form.monthlyValue ?? usual.monthlyValue,
  };
}
