/** The selects that narrow the list of customers and the charts: which scores, and which risk level. */
import { riskLevels } from '../domain/risk/levels.ts';
import type { BatchSummary } from '../store/batches.ts';
import type { LevelThere } from '../store/prediction-filters.ts';
import type { Segment } from '../store/segments.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface SelectField {
  readonly name: string;
  readonly label: string;
  readonly value: string | number;
  readonly options: readonly { readonly value: string | number; readonly label: string }[];
}

export function presentBatchFilter(
  h: ViewHelpers,
  batches: readonly BatchSummary[],
  value: string | number,
): SelectField {
  const options = batches.map((batch) => ({
    value: batch.id,
    label: `${batch.originalName}, ${h.date(batch.createdAt)}`,
  }));
  return {
    name: 'batch',
    label: 'Scores from',
    value,
    options: [{ value: '', label: 'Latest of all files' }, ...options],
  };
}

export function presentRiskFilter(h: ViewHelpers, value: string): SelectField {
  const options = riskLevels.toReversed().map((level) => ({ value: level, label: h.riskWord(level) }));
  return { name: 'risk', label: 'Risk level', value, options: [{ value: '', label: 'All' }, ...options] };
}

/** Groupings may propose the same names: where names repeat, what tells their segments apart is said too. */
export function segmentOptions(segments: readonly Segment[]) {
  const repeats = (name: string): boolean => segments.filter((other) => other.name === name).length > 1;
  return segments.map(({ id, name, grouping }) => {
    const origin = grouping === null ? 'saved filter' : grouping.name;
    return { value: id, label: repeats(name) ? `${name} (${origin})` : name };
  });
}

/** None where there are no segments. */
export function presentSegmentFilter(segments: readonly Segment[], value: string | number): SelectField[] {
  if (segments.length === 0) return [];
  const options = segmentOptions(segments);
  return [{ name: 'segment', label: 'Segment', value, options: [{ value: '', label: 'All' }, ...options] }];
}

export function segmentWords(segments: readonly Segment[], segment: number): string {
  return `Segment: ${segments.find(({ id }) => id === segment)?.name ?? `${segment}, which was removed`}`;
}

const thereWords: Record<LevelThere, string> = {
  low: 'low risk in',
  medium: 'medium risk in',
  high: 'high risk in',
  lower: 'a lower risk level in',
  higher: 'a higher risk level in',
  same: 'the same risk level in',
  none: 'no score in',
};

/** 'a lower risk level in customers.csv' */
export function thereText(there: LevelThere, compared: number, batches: readonly BatchSummary[]): string {
  return `${thereWords[there]} ${batches.find(({ id }) => id === compared)?.originalName ?? `file ${compared}`}`;
}

/** 'The latest score of every customer', or those of one file. */
export function scoresShown(batch: string | number): string {
  return batch === '' ? 'The latest score of every customer' : 'The scores of one file';
}
