/** The list of segments, each with its size and what is at risk. */
import type { Totals } from '../store/score-files/totals.ts';
import type { Segment } from '../store/segments.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface SegmentListData {
  readonly segments: readonly Segment[];
  readonly everybody: Totals;
  /** By the number of the segment; null: it could not be read in time. */
  readonly totals: ReadonlyMap<number, Totals | null>;
}

export function presentSegmentList(h: ViewHelpers, { segments, everybody, totals }: SegmentListData) {
  return {
    title: 'Segments',
    summary: `Groups of customers with a name, by the latest score of ${h.plural(everybody.count, 'customer')}.`,
    segments: segments.map((segment) => presentRow(h, segment, everybody, totals.get(segment.id) ?? null)),
    hasLate: segments.some(({ id }) => !totals.get(id)),
  };
}

function presentRow(h: ViewHelpers, { id, name }: Segment, everybody: Totals, totals: Totals | null) {
  return {
    href: `/segments/${id}`,
    name,
    customers: totals === null ? h.or(null) : h.count(totals.count),
    share:
      totals === null ? h.or(null) : h.rate(everybody.count === 0 ? null : totals.count / everybody.count),
    probability: h.rate(totals?.meanProbability),
    high: totals === null ? h.or(null) : h.count(totals.high),
    revenueAtRisk: h.money(totals?.revenueAtRisk),
  };
}
