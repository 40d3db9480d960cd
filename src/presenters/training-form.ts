/** The form that starts a training run. */
import { describeLabel, readLabel } from '../domain/datasets/labels/definition.ts';
import { inputsOf, issuesOf } from '../domain/training/inputs.ts';
import type { PossibleInput } from '../domain/training/inputs.ts';
import { expectedSeconds, familyChoices, optionsFor } from '../domain/training/options.ts';
import type { imbalances, TrainingTime } from '../domain/training/options.ts';
import type { FieldError } from '../errors.ts';
import type { Family } from '../ml/estimators.ts';
import type { Dataset } from '../store/datasets.ts';
import { presentIssues } from './dataset-issues.ts';
import type { ViewHelpers } from './view-helpers.ts';

type Values = Readonly<Record<string, string>>;

export const excludeField = (place: number): string => `drop-${place}`;
export const familyField = (family: Family): string => `family-${family}`;
export const paramField = (family: Family, name: string): string => `${family}.${name}`;

export const imbalanceTexts: Record<(typeof imbalances)[number], string> = {
  none: 'No correction',
  weights: 'Weight both outcomes equally',
  over: 'Oversample the rarer outcome',
  under: 'Undersample the more frequent outcome',
};

export interface TrainingFormData {
  readonly dataset: Dataset;
  readonly values: Values;
  readonly errors: readonly FieldError[];
}

export function presentTrainingForm(h: ViewHelpers, { dataset, values, errors }: TrainingFormData) {
  const { profile } = dataset;
  const label = readLabel(dataset.label);
  const issues = issuesOf(dataset);
  return {
    title: `Train on ${dataset.name}`,
    dataset,
    values,
    errors,
    label: label && describeLabel(label),
    rows: h.count(dataset.rowCount),
    churnRate: h.rate(profile?.positiveRate ?? null),
    issues: presentIssues(h, issues),
    hasIssues: issues.length > 0,
    inputs: presentInputs(h, dataset, values),
    times: presentTimes(h, dataset, values),
    ...presentOptions(values, errors),
  };
}

function presentInputs(h: ViewHelpers, dataset: Dataset, values: Values) {
  const { possible, excluded } = inputsOf(dataset);
  const isExcluded = ({ place }: PossibleInput): boolean => values[excludeField(place)] === 'yes';
  const dropped = possible.filter(isExcluded).map(({ name, warning }) => ({
    name,
    reason: warning ?? 'Excluded from this training run',
  }));
  const all = [...dropped, ...excluded];
  return {
    used: h.plural(possible.length - dropped.length, 'column is an input', 'columns are inputs'),
    unused: h.plural(all.length, 'column is excluded', 'columns are excluded'),
    excluded: all,
    hasWarnings: possible.some(({ warning }) => warning !== null),
    choices: possible.map((input) => ({
      field: excludeField(input.place),
      name: input.name,
      warning: input.warning,
      isExcluded: isExcluded(input),
    })),
  };
}

function presentTimes(h: ViewHelpers, dataset: Dataset, values: Values) {
  const columns = inputsOf(dataset).possible.length;
  const estimate = (time: 'quick' | 'thorough'): string =>
    h.duration(expectedSeconds(optionsFor(time), dataset.rowCount, columns));
  const families = h.count(optionsFor('quick').families.length);
  const texts: Record<TrainingTime, string> = {
    quick: `Quick: compares ${families} model families, about ${estimate('quick')}`,
    thorough: `Thorough: tunes all model families and blends the best, about ${estimate('thorough')}`,
    custom: 'Custom: as set under “Options”',
  };
  const chosen = values['trainingTime'] ?? '';
  return Object.entries(texts).map(([value, text]) => ({ value, text, isChosen: value === chosen }));
}

function presentOptions(values: Values, errors: readonly FieldError[]) {
  const errorOf = (field: string): string | null =>
    errors.find((error) => error.field === field)?.message ?? null;
  return {
    isCustom: values['trainingTime'] === 'custom',
    timeError: errorOf('trainingTime'),
    // An error about the families as a group is at the first of them.
    familyError: errorOf(familyField(familyChoices[0]!.name)),
    families: familyChoices.map(({ name, title }) => ({
      field: familyField(name),
      label: title,
      isChosen: values[familyField(name)] === 'yes',
    })),
    imbalanceOptions: Object.entries(imbalanceTexts).map(([value, text]) => ({ value, label: text })),
    params: familyChoices
      .filter(({ params }) => params.length > 0)
      .map(({ name: family, title, params }) => ({
        title: `Parameters of ${title}`,
        isOpen: params.some(({ name }) => errorOf(paramField(family, name)) !== null),
        fields: params.map(({ name, value }) => ({
          name: paramField(family, name),
          label: name,
          value: values[paramField(family, name)] ?? value,
        })),
      })),
  };
}
