/** Which columns of a dataset a training run uses as inputs, and why it excludes the others. */
import type { DataIssue } from '../../ml/checks/data-checks.ts';
import type { ColumnRole } from '../../ml/data/schema.ts';
import type { Dataset, DatasetColumn } from '../../store/datasets.ts';
import { columnsOf, readLabel } from '../datasets/labels/definition.ts';
import type { LabelDefinition } from '../datasets/labels/definition.ts';
import { excludedByDefault, exclusionReason } from '../datasets/profile/exclusions.ts';

/** A column that a training run may use. */
export interface PossibleInput {
  readonly name: string;
  /** Among the dataset's columns. */
  readonly place: number;
  /** Why a training run excludes it unless somebody decides otherwise. */
  readonly warning: string | null;
}

export interface ExcludedColumn {
  readonly name: string;
  readonly reason: string;
}

export interface DatasetInputs {
  readonly possible: readonly PossibleInput[];
  /** By the dataset's columns and label: no training run uses them. */
  readonly excluded: readonly ExcludedColumn[];
}

export function inputsOf(dataset: Dataset): DatasetInputs {
  const label = readLabel(dataset.label);
  const warnings = excludedByDefault(issuesOf(dataset));
  const possible: PossibleInput[] = [];
  const excluded: ExcludedColumn[] = [];
  dataset.columns.forEach((column, place) => {
    const { name } = column;
    const reason = reasonOf(column, label);
    if (reason === null) possible.push({ name, place, warning: warnings.get(name) ?? null });
    else excluded.push({ name, reason });
  });
  return { possible, excluded };
}

/**
 * The columns that a training run excludes, in the dataset's order. `drop`: those that its options exclude. `used`: the
 * inputs of the model that it trained; null before there is one.
 */
export function excludedFrom(
  dataset: Dataset,
  drop: readonly string[],
  used: readonly string[] | null,
): ExcludedColumn[] {
  const { possible, excluded } = inputsOf(dataset);
  const reasons = new Map(excluded.map(({ name, reason }) => [name, reason]));
  for (const { name, warning } of possible)
    if (drop.includes(name)) reasons.set(name, warning ?? 'Excluded from this training run');
    else if (used?.includes(name) === false) reasons.set(name, 'Excluded when the model was trained');
  return dataset.columns.flatMap(({ name }) => {
    const reason = reasons.get(name);
    return reason === undefined || used?.includes(name) ? [] : [{ name, reason }];
  });
}

export function issuesOf({ profile }: Dataset): readonly DataIssue[] {
  return profile?.issues ?? [];
}

const roleTexts: Record<Exclude<ColumnRole, 'ignored'>, string | null> = {
  feature: null,
  value: null,
  identifier: 'Customer ID',
  label: 'Churn label',
};

/** Null: a possible input. */
function reasonOf(column: DatasetColumn, label: LabelDefinition | null): string | null {
  const { name, role } = column;
  if (label?.kind === 'column' && label.column === name) return roleTexts.label;
  const isOfRule = label !== null && columnsOf(label).includes(name);
  return role === 'ignored' || isOfRule ? exclusionReason(column, label) : roleTexts[role];
}
