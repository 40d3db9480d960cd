/** The step 'Columns': each column's type and use, and its name, limits and policies. */
import type { LabelDefinition } from '../domain/datasets/labels/definition.ts';
import type { DatasetProfile } from '../domain/datasets/profile/profile.ts';
import type { FieldError } from '../errors.ts';
import type { Dataset, DatasetColumn } from '../store/datasets.ts';
import { samplesOf, useReason } from './dataset-column.ts';
import { columnRoles, columnTypes, policyChoices } from './dataset-column-choices.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface ColumnsRecord {
  readonly dataset: Dataset;
  readonly profile: DatasetProfile | null;
  readonly label: LabelDefinition | null;
  /** As stored or typed; the fields of column 3 end with `_3`. */
  readonly values: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
}

export function presentDatasetColumns(h: ViewHelpers, record: ColumnsRecord) {
  const { dataset, values, page, pageSize } = record;
  const pages = Math.max(1, Math.ceil(dataset.columns.length / pageSize));
  const from = (page - 1) * pageSize;
  const shown = dataset.columns.slice(from, from + pageSize);
  return {
    dataset,
    page: String(page),
    isFirst: page === 1,
    name: values['name'] ?? '',
    place:
      pages === 1
        ? null
        : `Columns ${h.count(from + 1)} to ${h.count(from + shown.length)} of ${h.count(dataset.columns.length)}.`,
    columns: shown.map((column, i) => presentRow(h, record, column, from + i)),
    button: page < pages ? 'Confirm and show the next columns' : 'Confirm the columns',
    previousPage: page > 1 ? String(page - 1) : null,
  };
}

function presentRow(h: ViewHelpers, record: ColumnsRecord, column: DatasetColumn, place: number) {
  const { profile, label, values, errors } = record;
  const figures = profile?.columns[place];
  const field = (name: string) => ({ id: `${name}_${place}`, value: values[`${name}_${place}`] ?? '' });
  const error = errors.find((one) => one.field.endsWith(`_${place}`));
  const isTopField = error?.field === `role_${place}` || error?.field === `type_${place}`;
  const isNumber = column.type === 'number' || field('type').value === 'number';
  return {
    name: column.name,
    samples: figures ? samplesOf(column, figures) : column.levels.slice(0, 3).join(' · '),
    counts: countsOf(h, column),
    reason: profile && figures ? useReason({ place, column, figures, label, profile }) : null,
    error: error?.message ?? null,
    role: choice(field('role'), `Use of ${column.name}`, columnRoles),
    type: choice(field('type'), `Type of ${column.name}`, columnTypes),
    isOpen: isTuned(column, values, place) || (error !== undefined && !isTopField),
    title: field('title'),
    unit: field('unit'),
    limits: isNumber
      ? [
          { ...field('min'), label: 'Lowest allowed value' },
          { ...field('max'), label: 'Highest allowed value' },
        ]
      : [],
    policies: [
      choice(field('missing'), 'If the value is missing', policyChoices.missing),
      column.type === 'number'
        ? choice(field('outOfRange'), 'If the value is out of range', policyChoices.outOfRange)
        : choice(field('unseen'), 'If the value is not known from training', policyChoices.unseen),
    ],
    actionable: { id: `actionable_${place}`, isChecked: field('actionable').value === 'yes' },
  };
}

function countsOf(h: ViewHelpers, { levels, distinct, missing }: DatasetColumn): string {
  const different =
    levels.length > 0
      ? h.plural(levels.length, 'level')
      : `${distinct > 100 ? 'more than 100' : h.count(distinct)} different values`;
  return missing > 0 ? `${different}, ${h.count(missing)} missing` : different;
}

interface Field {
  readonly id: string;
  readonly value: string;
}

function choice(
  { id, value }: Field,
  label: string,
  choices: readonly { readonly value: string; readonly label: string }[],
) {
  return { id, label, options: choices.map((one) => ({ ...one, isChosen: one.value === value })) };
}

/** Something beside type and use was set: it is shown at once. */
function isTuned(column: DatasetColumn, values: ColumnsRecord['values'], place: number): boolean {
  const fields = ['title', 'unit', 'actionable', 'min', 'max'];
  return column.policy !== undefined || fields.some((name) => (values[`${name}_${place}`] ?? '') !== '');
}
