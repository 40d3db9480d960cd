/** The page of a dataset: how it was read, its churn label, and what each column holds and is used for. */
import type { FirstLineQuestion } from '../domain/csv/first-line.ts';
import { labelReason } from '../domain/datasets/labels/candidates.ts';
import { maxProfileRows } from '../domain/datasets/import/reading.ts';
import { describeLabel } from '../domain/datasets/labels/definition.ts';
import type { LabelDefinition } from '../domain/datasets/labels/definition.ts';
import type { ColumnProfile, DatasetProfile } from '../domain/datasets/profile/profile.ts';
import type { Dataset, DatasetColumn } from '../store/datasets.ts';
import type { TrainingRecord } from '../store/trainings.ts';
import { presentColumn } from './dataset-column.ts';
import { presentCorrelations } from './dataset-correlations.ts';
import { presentIssues } from './dataset-issues.ts';
import { partOfRows } from './part-of-rows.ts';
import { presentTrainingRuns } from './training-run.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface DatasetRecord {
  readonly dataset: Dataset;
  readonly label: LabelDefinition | null;
  readonly profile: DatasetProfile | null;
  readonly versions: readonly Dataset[];
  readonly trainings: readonly TrainingRecord[];
  /** It was built from transactions: the customers of the last day can be downloaded and scored. */
  readonly hasCurrent: boolean;
  /** What has to be answered before the file can be read. */
  readonly question: FirstLineQuestion | null;
}

export function presentDataset(h: ViewHelpers, record: DatasetRecord) {
  const { dataset, profile, versions, trainings, hasCurrent, question } = record;
  return {
    dataset,
    question,
    summary: [
      ...(dataset.originalName ? [dataset.originalName] : []),
      `version ${dataset.version}`,
      h.plural(dataset.rowCount, 'row'),
      h.plural(dataset.columns.length, 'column'),
      `added ${h.dateTime(dataset.createdAt)}`,
    ].join(' · '),
    hasCurrent,
    columnsLink: dataset.confirmedAt === null ? 'Confirm the columns' : 'Change the columns',
    figures: profile && presentFigures(h, record, profile),
    runs: presentTrainingRuns(h, trainings),
    versions: versions.length < 2 ? [] : versions.map((version) => presentVersion(h, dataset, version)),
  };
}

function presentFigures(h: ViewHelpers, record: DatasetRecord, profile: DatasetProfile) {
  const { dataset, label } = record;
  const isCustomers = dataset.kind === 'customers';
  return {
    rows: h.count(dataset.rowCount),
    sampleNote:
      profile.rows < dataset.rowCount
        ? `Figures are computed from ${partOfRows(h, profile.rows, dataset.rowCount, maxProfileRows)}.`
        : null,
    repeated:
      profile.duplicateRows === 0
        ? 'no repeated rows'
        : h.plural(profile.duplicateRows, 'row repeats an earlier one', 'rows repeat an earlier one'),
    label: isCustomers ? presentLabel(h, record, profile) : null,
    inputs: h.count(inputsOf(dataset.columns).length),
    inputsNote: `of ${h.plural(dataset.columns.length, 'column')}`,
    issues: isCustomers ? presentIssues(h, profile.issues) : { decisions: [], notes: [], notesTitle: '' },
    columns: profile.columns.flatMap((figures, place) => {
      const column = dataset.columns[place];
      return column ? [presentColumn(h, { place, column, figures, label, profile })] : [];
    }),
    correlations: presentCorrelations(h, profile.matrix),
    distributions: presentDistributions(h, dataset.columns, profile),
  };
}

function presentLabel(h: ViewHelpers, { dataset, label }: DatasetRecord, profile: DatasetProfile) {
  const unknown = profile.undecided === 0 ? '' : `; unknown for ${h.plural(profile.undecided, 'row')}`;
  return {
    rate: h.rate(profile.positiveRate),
    note: label === null ? 'no churn label yet' : `${describeLabel(label)}${unknown}`,
    reason: label === null ? null : labelReason(label, dataset.columns),
  };
}

const openDistributions = 3;

/** One table a column; those with the strongest correlations are open. */
function presentDistributions(
  h: ViewHelpers,
  columns: readonly DatasetColumn[],
  { columns: figures }: DatasetProfile,
) {
  const strength = ({ association }: ColumnProfile): number => Math.abs(association ?? 0);
  const open = [...figures].sort((a, b) => strength(b) - strength(a)).slice(0, openDistributions);
  return figures.flatMap((column, place) => {
    if (column.groups.length === 0) return [];
    const names = h.groupNames(column.groups, columns[place]?.type ?? 'number');
    return [
      {
        id: `column-${place}`,
        name: column.name,
        isOpen: open.includes(column),
        hasRate: column.groups.some(({ rate }) => rate !== null),
        groups: column.groups.map(({ count, rate }, i) => ({
          name: names[i] ?? '',
          count: h.count(count),
          rate: h.rate(rate),
          width: rate === null ? null : h.place(100 * rate),
        })),
      },
    ];
  });
}

function presentVersion(h: ViewHelpers, shown: Dataset, { id, version, rowCount, createdAt }: Dataset) {
  return {
    name: `Version ${version}`,
    href: id === shown.id ? null : `/datasets/${id}`,
    note: `${h.plural(rowCount, 'row')}, ${h.dateTime(createdAt)}`,
  };
}

function inputsOf(columns: readonly DatasetColumn[]): DatasetColumn[] {
  return columns.filter(({ role }) => role === 'feature' || role === 'value');
}
