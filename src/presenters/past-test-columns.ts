/** The form that says what the columns of a past test are. */
import type { Dataset, DatasetColumn } from '../store/datasets.ts';
import type { PastTest } from '../store/past-tests.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface PastTestColumnsData {
  readonly test: PastTest;
  readonly dataset: Dataset;
  readonly values: Readonly<Record<string, string>>;
  /** That can say arm and outcome. */
  readonly splitting: readonly DatasetColumn[];
  readonly inputs: readonly DatasetColumn[];
}

export function presentPastTestColumns(h: ViewHelpers, data: PastTestColumnsData) {
  const { test, dataset, values, splitting, inputs } = data;
  const options = [
    { value: '', label: 'Choose' },
    ...splitting.map(({ name, levels }) => ({
      label: h.label(name),
      options: levels.map((level) => ({
        value: pairValue(name, level),
        label: `${h.label(name)} is ${level}`,
      })),
    })),
  ];
  return {
    title: `What are the columns of ${test.name}?`,
    path: `/past-tests/${test.id}/columns`,
    back: test.state === 'open' ? '/past-tests' : `/past-tests/${test.id}`,
    values,
    options,
    canSplit: splitting.length >= 2,
    datasetHref: `/datasets/${dataset.id}`,
    identifier: dataset.columns.find(({ role }) => role === 'identifier')?.name ?? null,
    inputs: inputs.map(({ name }, place) => ({
      name: `input${place}`,
      label: h.label(name),
      isChecked: values[`input${place}`] === 'yes',
    })),
  };
}

/** The value of an option that stands for one level of a column. */
export function pairValue(column: string, level: string): string {
  return JSON.stringify([column, level]);
}
