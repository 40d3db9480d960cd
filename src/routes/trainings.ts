/** Training a model: how it is to be done, then its progress; cancel and go on. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { typedNumber } from '../domain/scoring/cell-values.ts';
import { excludedByDefault } from '../domain/datasets/profile/exclusions.ts';
import type { DatasetProfile } from '../domain/datasets/profile/profile.ts';
import { presentIssues } from '../presenters/dataset-issues.ts';
import type { ShownIssues } from '../presenters/dataset-issues.ts';
import { getReady } from '../domain/datasets/datasets.ts';
import { columnsOf, describeLabel, readLabel } from '../domain/datasets/labels/definition.ts';
import {
  expectedSeconds,
  freshSeed,
  imbalances,
  numericParams,
  optionsFor,
  TrainingOptions,
} from '../domain/training/options.ts';
import { cancelTraining, placeInLine, resumeTraining, trainLater } from '../domain/training/queue.ts';
import type { TrainingProgress } from '../domain/training/queue.ts';
import type { FieldError } from '../errors.ts';
import { countText } from '../format.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, limitedText, parseForm, textValues } from '../http/validate.ts';
import { allFamilies } from '../ml/estimators.ts';
import type { Family } from '../ml/estimators.ts';
import type { DataIssue } from '../ml/checks/data-checks.ts';
import { getDataset } from '../store/datasets.ts';
import type { Dataset } from '../store/datasets.ts';
import { getTraining, listTrainings } from '../store/trainings.ts';
import type { TrainingRecord } from '../store/trainings.ts';

declare module '../http/render.ts' {
  interface Pages {
    'trainings/new': PageData & {
      readonly dataset: Dataset;
      /** What says who left, in words; null: nothing yet. */
      readonly label: string | null;
      readonly positiveRate: number | null;
      readonly issues: ShownIssues;
      readonly features: readonly string[];
      readonly suspects: readonly string[];
      readonly values: Readonly<Record<string, string>>;
      readonly seconds: { readonly quick: number; readonly thorough: number };
      readonly families: readonly {
        readonly name: Family;
        readonly params: ReturnType<typeof numericParams>;
      }[];
    };
    'trainings/show': PageData & {
      readonly training: TrainingRecord;
      readonly progress: Partial<TrainingProgress>;
      readonly dataset: Dataset;
      readonly place: number;
      /** Since it began. */
      readonly seconds: number;
    };
    'trainings/list': PageData & { readonly trainings: readonly TrainingRecord[] };
  }
}

/** An emptied field stands for the usual value, never for 0. */
const whole = (low: number, high: number, usual: () => number) => {
  const message = `Enter a whole number from ${countText(low)} to ${countText(high)}.`;
  const number = z.coerce.number(message).int(message).min(low, message).max(high, message);
  return z.preprocess(
    (text) => (typeof text === 'string' && text.trim() === '' ? undefined : text),
    number.default(usual),
  );
};

const TrainingForm = z.looseObject({
  name: limitedText(200).min(1, 'Give the model a name.'),
  effort: z.enum(['quick', 'thorough', 'expert'], 'Choose how much effort to spend.'),
  imbalance: z.enum(imbalances, 'Choose one of the list.').default('none'),
  folds: whole(2, 10, () => 5),
  seed: whole(0, 2_147_483_647, freshSeed),
  budget: whole(1, 3_600, () => 60),
});

type Values = Readonly<Record<string, string>>;

export function createTrainingHandlers({ db }: Context) {
  const newPage = async (res: Response, dataset: Dataset, values: Values, errors: readonly FieldError[]) => {
    const profile = dataset.profile as DatasetProfile | null;
    const label = readLabel(dataset.label);
    const used = label === null ? [] : columnsOf(label);
    const features = dataset.columns.filter(
      ({ name, role }) => (role === 'feature' || role === 'value') && !used.includes(name),
    );
    const cost = (effort: 'quick' | 'thorough') =>
      expectedSeconds(optionsFor(effort), dataset.rowCount, features.length);
    const issues = profile?.issues ?? [];
    await render(
      res,
      'trainings/new',
      (h) => ({
        title: `Train on ${dataset.name}`,
        dataset,
        label: label && describeLabel(label),
        positiveRate: profile?.positiveRate ?? null,
        issues: presentIssues(h, issues),
        features: features.map(({ name }) => name),
        suspects: suspectsOf(issues),
        values,
        errors,
        seconds: { quick: cost('quick'), thorough: cost('thorough') },
        families: allFamilies.map((name) => ({ name, params: numericParams(name) })),
      }),
      errors.length > 0 ? 422 : 200,
    );
  };

  return {
    list: async (_req: Request, res: Response) => {
      await render(res, 'trainings/list', { title: 'Trainings', trainings: await listTrainings(db, 100) });
    },

    showNew: async (req: Request, res: Response) => {
      const dataset = await getDataset(db, idParam(req));
      if (dataset.state !== 'ready') {
        res.redirect(303, `/datasets/${dataset.id}?next=training`);
        return;
      }
      const issues = (dataset.profile as DatasetProfile | null)?.issues ?? [];
      const dropped = Object.fromEntries(suspectsOf(issues).map((name) => [dropField(dataset, name), 'yes']));
      const defaults = {
        ...{ name: dataset.name, effort: 'quick', 'family-boosting': 'yes' },
        seed: String(freshSeed()),
        ...dropped,
      };
      await newPage(res, dataset, defaults, []);
    },

    create: async (req: Request, res: Response) => {
      const dataset = await getReady(db, idParam(req));
      const values = textValues(req.body);
      const form = parseForm(TrainingForm, req.body);
      const { options, errors } = readOptions(dataset, values, form.ok ? form.data : null);
      const all = [...(form.ok ? [] : form.errors), ...errors, ...blockers(dataset)];
      if (!form.ok || all.length > 0) {
        await newPage(res, dataset, values, all);
        return;
      }
      const id = await trainLater(db, currentUser(req), dataset.id, form.data.name, options);
      res.redirect(303, `/trainings/${id}`);
    },

    show: async (req: Request, res: Response) => {
      const training = await getTraining(db, idParam(req));
      const isOpen = training.state === 'queued' || training.state === 'running';
      await render(res, 'trainings/show', {
        title: training.name,
        training,
        progress: training.progress as Partial<TrainingProgress>,
        dataset: await getDataset(db, training.datasetId),
        seconds: training.startedAt === null ? 0 : (Date.now() - Date.parse(training.startedAt)) / 1_000,
        place: training.state === 'queued' ? await placeInLine(db, training) : 0,
        ...(isOpen ? { refreshSeconds: 2, scripts: ['reload-page'] } : {}),
      });
    },

    cancel: async (req: Request, res: Response) => {
      await cancelTraining(db, currentUser(req), idParam(req));
      flash(req, 'notice', 'Cancelled. Nothing that scores customers has changed.');
      res.redirect(303, `/trainings/${idParam(req)}`);
    },

    resume: async (req: Request, res: Response) => {
      await resumeTraining(db, currentUser(req), idParam(req));
      res.redirect(303, `/trainings/${idParam(req)}`);
    },
  };
}

/** Columns that are excluded unless somebody decides otherwise. */
function suspectsOf(issues: readonly DataIssue[]): string[] {
  return [...excludedByDefault(issues).keys()];
}

function dropField(dataset: Dataset, name: string): string {
  return `drop-${dataset.columns.findIndex((column) => column.name === name)}`;
}

/** What the form asks for; the expert's fields count only for experts. */
function readOptions(
  dataset: Dataset,
  values: Values,
  form: z.infer<typeof TrainingForm> | null,
): { options: TrainingOptions; errors: FieldError[] } {
  const drop = dataset.columns.flatMap(({ name }) =>
    values[dropField(dataset, name)] === 'yes' ? [name] : [],
  );
  const quick = { ...optionsFor('quick'), drop };
  if (values['effort'] !== 'expert')
    return { options: form?.effort === 'thorough' ? { ...optionsFor('thorough'), drop } : quick, errors: [] };
  const errors: FieldError[] = [];
  const families = allFamilies.filter((family) => values[`family-${family}`] === 'yes');
  if (families.length === 0)
    errors.push({ field: `family-${allFamilies[0]}`, message: 'Choose one family of models at least.' });
  const params = Object.fromEntries(families.map((family) => [family, readParams(family, values, errors)]));
  if (form === null || errors.length > 0) return { options: quick, errors };
  const { effort, imbalance, folds, seed, budget } = form;
  const options = { effort, families, params, imbalance, folds, seed, budget, drop };
  return { options: TrainingOptions.parse(options), errors };
}

function readParams(family: Family, values: Values, errors: FieldError[]): Record<string, number> {
  const params: Record<string, number> = {};
  for (const { name, value } of numericParams(family)) {
    const field = `${family}.${name}`;
    const text = (values[field] ?? '').trim();
    if (text === '') continue;
    const number = typedNumber(text);
    if (number === null)
      errors.push({ field, message: `${family}, ${name}: enter a number such as ${value}.` });
    else if (number !== value) params[name] = number;
  }
  return params;
}

/** What must be mended before anything can be learned. */
function blockers(dataset: Dataset): FieldError[] {
  if (readLabel(dataset.label) === null)
    return [{ field: 'effort', message: 'Say first what tells that a customer left: step "Who left".' }];
  const issues = (dataset.profile as DatasetProfile | null)?.issues ?? [];
  return issues
    .filter(({ severity }) => severity === 'blocks')
    .map(({ message, fix }) => ({ field: 'effort', message: `${message} ${fix}` }));
}
