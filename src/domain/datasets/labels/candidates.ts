/** Columns that could be the churn label, with what each level would mean, and why the present one was chosen. */
import { isSameLevel } from '../../../ml/data/levels.ts';
import { isLabelName, positiveLevelOf } from '../../../ml/data/schema-inference.ts';
import type { Dataset, DatasetColumn } from '../../../store/datasets.ts';
import type { DatasetProfile } from '../profile/profile.ts';
import type { LabelDefinition } from './definition.ts';
import type { LabelProblem } from './problem.ts';

export interface LabelCandidate {
  readonly column: DatasetColumn;
  /** Among the dataset's columns. */
  readonly place: number;
  readonly levels: readonly CandidateLevel[];
  /** Spellings that are read as one level, one text a level. */
  readonly spellings: readonly string[];
}

interface CandidateLevel {
  readonly level: string;
  /** The word suggests that a customer left. */
  readonly isLikely: boolean;
  /** Customers who left and stayed if this level is chosen; null where they were not counted. */
  readonly counts: { readonly left: number; readonly stayed: number } | null;
}

const maxLabelLevels = 12;

/** Likely ones first. */
export function labelCandidates(dataset: Dataset, label: LabelDefinition | null): LabelCandidate[] {
  const weight = ({ name, role, levels }: DatasetColumn): number =>
    Number(label?.kind === 'column' && label.column === name) * 4 +
    Number(role === 'label') * 2 +
    Number(positiveLevelOf(levels) !== null);
  return [...dataset.columns.entries()]
    .filter(([, { levels }]) => levels.length >= 2 && levels.length <= maxLabelLevels)
    .sort(([, a], [, b]) => weight(b) - weight(a))
    .map(([place, column]) => candidateOf(dataset, place, column));
}

function candidateOf({ profile }: Dataset, place: number, column: DatasetColumn): LabelCandidate {
  const groups =
    (profile as DatasetProfile | null)?.columns.find(({ name }) => name === column.name)?.groups ?? [];
  const sizes = column.levels.map(
    (level) => groups.find((group) => isSameLevel(group.name, level))?.count ?? null,
  );
  const isCounted = sizes.every((size) => size !== null);
  const all = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const likely = column.role === 'label' ? positiveLevelOf(column.levels) : null;
  return {
    column,
    place,
    levels: column.levels.map((level, i) => ({
      level,
      isLikely: level === likely,
      counts: isCounted ? { left: sizes[i] ?? 0, stayed: all - (sizes[i] ?? 0) } : null,
    })),
    spellings: groups.flatMap(({ name, alsoWritten = [] }) =>
      alsoWritten.length === 0 ? [] : [[name, ...alsoWritten].map((text) => `‘${text}’`).join(', ')],
    ),
  };
}

/** Place of the column whose filled cells would mean that a customer left; null where that makes no sense. */
export function filledRuleColumn(dataset: Dataset, { column }: LabelProblem): number | null {
  const place = dataset.columns.findIndex(({ name }) => name === column);
  const found = dataset.columns[place];
  if (!found || found.missing === 0) return null;
  return found.type === 'date' || found.distinct === 1 ? place : null;
}

/** Why this definition is the churn label. */
export function labelReason(label: LabelDefinition, columns: readonly DatasetColumn[]): string {
  if (label.kind === 'proxy') return 'By the rule that was defined in the step “Churn label”.';
  const column = columns.find(({ name }) => name === label.column);
  const isGuess =
    column !== undefined && isLabelName(column.name) && positiveLevelOf(column.levels) === label.positive;
  const rest = column?.levels.filter((level) => !isSameLevel(level, label.positive)) ?? [];
  const stayed = rest.length === 1 ? `‘${rest[0]!}’ means stayed` : 'every other level means stayed';
  return isGuess
    ? `Taken from the column’s name and its levels: ‘${label.positive}’ means left, ${stayed}.`
    : `‘${label.positive}’ was chosen to mean left; ${stayed}.`;
}
