/** Models: the list, side by side, the card, and what becomes of them beside scoring. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { findRollbackTarget } from '../domain/models/activation.ts';
import { cardFigures, trainedThreshold } from '../domain/models/card-figures.ts';
import type { CardFigure, CardMeasure } from '../domain/models/card-figures.ts';
import { compareChallenger } from '../domain/models/challenger.ts';
import type { ChallengerComparison } from '../domain/models/challenger.ts';
import { compareModels } from '../domain/models/comparison.ts';
import type { ModelComparison } from '../domain/models/comparison.ts';
import {
  archive,
  exportModel,
  importModel,
  keepThreshold,
  listUnusableModels,
  makeCandidate,
  makeChallenger,
  problemOfModel,
} from '../domain/models/registry.ts';
import type { UnusableModel } from '../domain/models/registry.ts';
import { exploreThreshold, usualChoice } from '../domain/models/thresholds.ts';
import type { ThresholdChoice, ThresholdExploration } from '../domain/models/thresholds.ts';
import { AppError } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { receivedFile, receiveFile } from '../http/receive-file.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, parseForm } from '../http/validate.ts';
import { findDataset } from '../store/datasets.ts';
import { getModel, listArchivedModels, listModels } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';
import { getSettings } from '../store/settings.ts';

declare module '../http/render.ts' {
  interface Pages {
    'models/list': PageData & {
      readonly models: readonly ModelRecord[];
      readonly archived: readonly ModelRecord[];
      readonly unusableModels: readonly UnusableModel[];
      /** What a rollback would restore. */
      readonly previous: ModelRecord | undefined;
    };
    'models/compare': PageData & {
      readonly models: readonly ModelRecord[];
      /** Null with fewer than two models. */
      readonly comparison: ModelComparison | null;
    };
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

const mostCompared = 4;

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

export function createModelHandlers(context: Context) {
  const { db, config, tasks } = context;

  const showList = async (res: Response, errors: readonly FieldError[] = [], status = 200) => {
    await render(
      res,
      'models/list',
      {
        title: 'Models',
        models: await listModels(db),
        archived: await listArchivedModels(db),
        unusableModels: await listUnusableModels(db, config.modelsDir),
        previous: await findRollbackTarget(db),
        errors,
      },
      status,
    );
  };

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

  /** Does it, says so, and shows the model. */
  const changing =
    (work: (req: Request, id: number) => Promise<void>, words: string) =>
    async (req: Request, res: Response) => {
      const id = idParam(req);
      await work(req, id);
      flash(req, 'success', words);
      res.redirect(303, `/models/${id}`);
    };

  return {
    list: async (_req: Request, res: Response) => {
      await showList(res);
    },

    compare: async (req: Request, res: Response) => {
      const asked = Object.keys(req.query).flatMap((name) => /^m(\d{1,9})$/.exec(name)?.[1] ?? []);
      const all = [...(await listModels(db)), ...(await listArchivedModels(db))];
      const models = all.filter(({ id }) => asked.includes(String(id))).slice(0, mostCompared);
      const comparison = models.length < 2 ? null : compareModels(models);
      await render(res, 'models/compare', { title: 'Models side by side', models, comparison });
    },

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
      await keepThreshold(db, currentUser(req), model.id, threshold, assumptions);
      flash(req, 'success', 'Kept. Files that are scored from now on say who leaves by this threshold.');
      res.redirect(303, `/models/${model.id}#threshold`);
    },

    archive: changing(
      (req, id) => archive(db, currentUser(req), id),
      'Archived: it is offered nowhere any more.',
    ),
    makeCandidate: changing((req, id) => makeCandidate(db, currentUser(req), id), 'It is a candidate again.'),
    makeChallenger: changing(
      (req, id) => makeChallenger(db, config.modelsDir, currentUser(req), id),
      'It scores beside the active model from the next file on.',
    ),

    download: async (req: Request, res: Response) => {
      const id = idParam(req);
      const bytes = await exportModel(db, config, currentUser(req), id);
      res.attachment(`holdfast-model_v${id}.holdfast`).type('application/octet-stream').send(bytes);
    },

    receive: [
      receiveFile(config, 'file'),
      async (req: Request, res: Response) => {
        try {
          const model = await importModel(db, config, currentUser(req), receivedFile(req), (file) =>
            tasks.run('inspectModelFile', { file }),
          );
          flash(req, 'success', `${model.label} is here. It is a candidate until it is activated.`);
          res.redirect(303, `/models/${model.id}`);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          await showList(res, [{ field: 'file', message: error.message }], error.status);
        }
      },
    ],
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
