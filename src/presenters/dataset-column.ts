/** One column of a dataset: what it holds, how it is used and why, and its correlation with churn. */
import { describeLabel } from '../domain/datasets/labels/definition.ts';
import type { LabelDefinition } from '../domain/datasets/labels/definition.ts';
import { excludedByDefault, exclusionReason } from '../domain/datasets/profile/exclusions.ts';
import type { ColumnProfile, DatasetProfile } from '../domain/datasets/profile/profile.ts';
import type { DatasetColumn } from '../store/datasets.ts';
import { roleLabels, typeLabels } from './dataset-column-choices.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface ColumnRecord {
  readonly place: number;
  readonly column: DatasetColumn;
  readonly figures: ColumnProfile;
  readonly label: LabelDefinition | null;
  readonly profile: DatasetProfile;
}

export function presentColumn(h: ViewHelpers, record: ColumnRecord) {
  const { place, column, figures, profile } = record;
  const correlation = correlationOf(h, column, figures);
  return {
    name: column.name,
    href: figures.groups.length > 0 ? `#column-${place}` : null,
    type: typeLabels[column.type],
    use: roleLabels[column.role],
    reason: useReason(record),
    samples: samplesOf(column, figures),
    range: rangeOf(h, column, figures),
    missing: figures.missing === 0 ? '–' : h.rate(figures.missing / profile.rows),
    distinct: figures.distinct > 100 ? '> 100' : h.count(figures.distinct),
    correlation: correlation.value,
    correlationReason: correlation.reason,
  };
}

/** Why a column is used as it is; null where an input needs no reason. */
export function useReason({ column, label, profile }: ColumnRecord): string | null {
  switch (column.role) {
    case 'ignored':
      return exclusionReason(column, label);
    case 'identifier':
      return 'Never an input';
    case 'label':
      return label === null ? null : describeLabel(label);
    case 'feature':
    case 'value': {
      const reason = excludedByDefault(profile.issues).get(column.name);
      return reason === undefined ? null : `${reason}: excluded from training unless you choose otherwise`;
    }
  }
}

export function samplesOf({ levels }: DatasetColumn, { samples = [] }: ColumnProfile): string {
  return (levels.length > 0 ? levels.slice(0, 3) : samples).join(' · ');
}

/** Lowest and highest value and median, or how many levels are not shown; null where neither says anything. */
function rangeOf(h: ViewHelpers, { type, levels }: DatasetColumn, { numbers }: ColumnProfile): string | null {
  if (levels.length > 3) return `and ${h.count(levels.length - 3)} more`;
  if (numbers === null || (type !== 'number' && type !== 'date')) return null;
  const [range = '', median = ''] = h.spans(
    [
      [numbers.min, numbers.max],
      [numbers.median, numbers.median],
    ],
    type,
  );
  return `${range}, median ${median}`;
}

/**
 * Where every customer with a value has the same outcome there is nothing to correlate, though the missing values may
 * well leak the outcome. Profiles from before this was checked have 0.
 */
function correlationOf(
  h: ViewHelpers,
  { role }: DatasetColumn,
  { association, groups }: ColumnProfile,
): { value: string; reason: string | null } {
  if (role === 'label' || role === 'identifier') return { value: h.metric(null), reason: null };
  const rates = groups.flatMap(({ rate }) => (rate === null ? [] : [rate]));
  const reason =
    rates.length === 0
      ? null
      : rates.every((rate) => rate === 1)
        ? 'Every customer with a value left'
        : rates.every((rate) => rate === 0)
          ? 'Every customer with a value stayed'
          : groups.length === 1
            ? 'One value only'
            : null;
  return { value: h.metric(reason === null ? association : null), reason };
}
