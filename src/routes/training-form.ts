/** The form that starts a training run: what it accepts, and the options that it describes. */
import { z } from 'zod';
import { readLabel } from '../domain/datasets/labels/definition.ts';
import { typedNumber } from '../domain/scoring/cell-values.ts';
import { inputsOf, issuesOf } from '../domain/training/inputs.ts';
import {
  freshSeed,
  imbalances,
  numericParams,
  optionsFor,
  TrainingOptions,
  trainingTimes,
} from '../domain/training/options.ts';
import type { FieldError } from '../errors.ts';
import { countText } from '../format.ts';
import { inPageOrder } from '../http/page-order.ts';
import { limitedText, parseForm, textValues } from '../http/validate.ts';
import type { FormResult } from '../http/validate.ts';
import { allFamilies, estimators } from '../ml/estimators.ts';
import type { Family } from '../ml/estimators.ts';
import { excludeField, familyField, paramField } from '../presenters/training-form.ts';
import type { Dataset } from '../store/datasets.ts';

type Values = Readonly<Record<string, string>>;

/** A blank field stands for the default, never for 0. */
const whole = (low: number, high: number, usual: () => number) => {
  const message = `Enter a whole number from ${countText(low)} to ${countText(high)}.`;
  const number = z.coerce.number(message).int(message).min(low, message).max(high, message);
  return z.preprocess(
    (text) => (typeof text === 'string' && text.trim() === '' ? undefined : text),
    number.default(usual),
  );
};

const TrainingForm = z.looseObject({
  name: limitedText(200).min(1, 'Enter a name for the model.'),
  trainingTime: z.enum(trainingTimes, 'Choose a training time.'),
  imbalance: z.enum(imbalances, 'Choose how to handle class imbalance.').default('none'),
  folds: whole(2, 10, () => 5),
  seed: whole(0, 2_147_483_647, freshSeed),
  budget: whole(1, 3_600, () => 60),
});
type TrainingForm = z.infer<typeof TrainingForm>;

/** Its fields, in the order of the page. */
const fieldsInOrder = [
  ...['label', 'issues', 'name', 'trainingTime'],
  ...allFamilies.map(familyField),
  ...['imbalance', 'folds', 'seed', 'budget'],
  ...allFamilies.flatMap((family) => numericParams(family).map(({ name }) => paramField(family, name))),
];

export interface RequestedTraining {
  readonly name: string;
  readonly options: TrainingOptions;
}

/** What the form shows first: the columns with a warning are excluded. */
export function defaultValues(dataset: Dataset): Values {
  const warned = inputsOf(dataset).possible.filter(({ warning }) => warning !== null);
  return {
    name: dataset.name,
    trainingTime: 'quick',
    [familyField('boosting')]: 'yes',
    seed: String(freshSeed()),
    ...Object.fromEntries(warned.map(({ place }) => [excludeField(place), 'yes'])),
  };
}

/** The training run that a submitted form describes, or every error in it. */
export function readTrainingForm(dataset: Dataset, body: unknown): FormResult<RequestedTraining> {
  const values = textValues(body);
  const form = parseForm(TrainingForm, body);
  const chosen = readFamilies(values);
  const errors = [
    ...blockers(dataset),
    ...(form.ok ? [] : form.errors),
    ...(values['trainingTime'] === 'custom' ? chosen.errors : []),
  ];
  if (!form.ok || errors.length > 0) return { ok: false, values, errors: inPageOrder(errors, fieldsInOrder) };
  const drop = dataset.columns.flatMap(({ name }, place) =>
    values[excludeField(place)] === 'yes' ? [name] : [],
  );
  return { ok: true, data: { name: form.data.name, options: { ...optionsOf(form.data, chosen), drop } } };
}

/** The fields under “Options” count only where the training time is custom. */
function optionsOf(form: TrainingForm, { families, params }: ChosenFamilies): TrainingOptions {
  const { trainingTime, imbalance, folds, seed, budget } = form;
  if (trainingTime !== 'custom') return optionsFor(trainingTime);
  return TrainingOptions.parse({ trainingTime, families, params, imbalance, folds, seed, budget, drop: [] });
}

interface ChosenFamilies {
  readonly families: readonly Family[];
  readonly params: Readonly<Partial<Record<Family, Record<string, number>>>>;
  readonly errors: readonly FieldError[];
}

function readFamilies(values: Values): ChosenFamilies {
  const families = allFamilies.filter((family) => values[familyField(family)] === 'yes');
  const errors: FieldError[] = [];
  if (families.length === 0)
    errors.push({ field: familyField(allFamilies[0]), message: 'Choose at least one model family.' });
  const params = Object.fromEntries(families.map((family) => [family, readParams(family, values, errors)]));
  return { families, params, errors };
}

function readParams(family: Family, values: Values, errors: FieldError[]): Record<string, number> {
  const params: Record<string, number> = {};
  for (const { name, value } of numericParams(family)) {
    const field = paramField(family, name);
    const text = (values[field] ?? '').trim();
    if (text === '') continue;
    const number = typedNumber(text);
    if (number === null)
      errors.push({
        field,
        message: `${estimators[family].title}, ${name}: enter a number such as ${value}.`,
      });
    else if (number !== value) params[name] = number;
  }
  return params;
}

/** Errors of the dataset: no model can be trained before they are fixed. */
function blockers(dataset: Dataset): FieldError[] {
  if (readLabel(dataset.label) === null)
    return [{ field: 'label', message: 'Choose a churn label before you start training.' }];
  return issuesOf(dataset)
    .filter(({ severity }) => severity === 'blocks')
    .map(({ message, fix }) => ({ field: 'issues', message: `${message} ${fix}` }));
}
