/** The list of datasets with the upload form, and the page that removes one. */
import type { DatasetDependents } from '../domain/datasets/datasets.ts';
import type { FieldError } from '../errors.ts';
import type { Dataset } from '../store/datasets.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface DatasetListRecord {
  readonly datasets: readonly Dataset[];
  readonly maxUploadBytes: number;
  readonly values: Readonly<Record<string, string>>;
  /** The dataset that a new version is uploaded for. */
  readonly versionOf: Dataset | null;
  readonly errors: readonly FieldError[];
}

export function presentDatasetList(h: ViewHelpers, record: DatasetListRecord) {
  const { datasets, maxUploadBytes, values, versionOf, errors } = record;
  return {
    versionOf,
    intro:
      versionOf === null
        ? 'Tables that models learn from: which customers left, and what was known about them before.'
        : `What you confirmed for version ${versionOf.version} is taken over for columns of the same name.`,
    formTitle: versionOf === null ? 'Upload a dataset' : 'Upload the new file',
    queryHref: `/queries/new${h.query({}, { for: 'dataset', versionOf: versionOf?.id ?? null })}`,
    maxSize: `${h.count(Math.round(maxUploadBytes / 1024 ** 2))} MB`,
    fileError: errors.find(({ field }) => field === 'file')?.message ?? null,
    name: values['name'] ?? '',
    isTransactions: values['kind'] === 'transactions',
    datasets: datasets.map((dataset) => ({
      href: `/datasets/${dataset.id}`,
      name: dataset.name,
      tags: [dataset.isSample ? 'Sample' : '', dataset.kind === 'transactions' ? 'Transactions' : ''].filter(
        Boolean,
      ),
      state: stateText(dataset),
      version: h.count(dataset.version),
      rows: h.count(dataset.rowCount),
      columns: h.count(dataset.columns.length),
      file: h.or(dataset.originalName),
      added: h.dateTime(dataset.createdAt),
    })),
  };
}

function stateText({ state, confirmedAt }: Dataset): string {
  const texts: Readonly<Record<Dataset['state'], string>> = {
    reading: 'Reading',
    ready: confirmedAt === null ? 'Columns to be confirmed' : 'Confirmed',
    failed: 'Could not be read',
  };
  return texts[state];
}

const mostNames = 10;

export function presentDatasetRemoval(
  h: ViewHelpers,
  dataset: Dataset,
  { trainings, models, pastTests }: DatasetDependents,
) {
  const names = trainings.slice(0, mostNames).map(({ name }) => name);
  const rest = trainings.length > mostNames ? ' …' : '';
  const one = models.length === 1;
  return {
    dataset,
    heading:
      dataset.version > 1 ? `Remove ${dataset.name}, version ${dataset.version}?` : `Remove ${dataset.name}?`,
    pastTests:
      pastTests === 0
        ? null
        : `${h.plural(pastTests, 'past test that was', 'past tests that were')} read from it ${pastTests === 1 ? 'is' : 'are'} deleted, too.`,
    consequence: `The file with its ${h.plural(dataset.rowCount, 'row')} and everything confirmed about its columns are deleted. This cannot be undone.`,
    trainings:
      trainings.length === 0
        ? null
        : `The record of ${h.plural(trainings.length, 'training run')} is deleted too: ${names.join(', ')}${rest}.`,
    modelNames: models.map(({ label }) => label).join(', '),
    models: `${one ? 'was trained on it and stays: the model keeps' : 'were trained on it and stay: models keep'} no rows and can go on scoring. ${one ? 'It' : 'They'} cannot be trained again on the same rows.`,
  };
}
