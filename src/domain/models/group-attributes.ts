/**
 * The columns by which a card compares groups of customers: those that describe a person first, then categories, then
 * numbers; within each, the widest gap first.
 */
import type { Feature } from '../../ml/data/schema.ts';
import type { GroupGaps } from '../../ml/evaluation/group-figures.ts';
import type { GroupReport } from '../../ml/evaluation/report.ts';
import { labelOf } from '../csv/column-names.ts';

/** Words for what people must not be treated differently for, in many laws. A name only decides on the order. */
const personal =
  /\b(?:age|birth|gender|sex|senior|disab\w*|marital|married|marriage|partner|dependents?|children|family|nationality|citizen\w*|ethnic\w*|race|religion|language|country|region|education|income)\b/i;
const usuallyShown = 3;

export function widestGap({ selectionRate, recall, falsePositiveRate }: GroupGaps): number {
  return Math.max(selectionRate ?? 0, recall ?? 0, falsePositiveRate ?? 0);
}

export function orderGroupReports(
  reports: readonly GroupReport[],
  features: readonly Feature[],
): GroupReport[] {
  const types = new Map(features.map(({ name, type }) => [name, type]));
  const rank = ({ column }: GroupReport): number => {
    if (personal.test(labelOf(column))) return 0;
    const type = types.get(column);
    return type === 'number' || type === 'date' ? 2 : 1;
  };
  return [...reports].sort((a, b) => rank(a) - rank(b) || widestGap(b.gaps) - widestGap(a.gaps));
}

/** The ordered reports of the chosen columns; the first few where none is chosen. */
export function chooseGroupReports(
  ordered: readonly GroupReport[],
  columns: readonly string[],
): readonly GroupReport[] {
  const chosen = ordered.filter(({ column }) => columns.includes(column));
  return chosen.length > 0 ? chosen : ordered.slice(0, usuallyShown);
}
