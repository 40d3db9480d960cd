/** The list of segments, each with its size and what is at risk. */
import type { Grouping, GroupingState } from '../store/groupings.ts';
import type { Totals } from '../store/score-files/totals.ts';
import type { Segment } from '../store/segments.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface SegmentListData {
  readonly segments: readonly Segment[];
  readonly groupings: readonly Grouping[];
  readonly everybody: Totals;
  /** By the number of the segment; null: it could not be read in time. */
  readonly totals: ReadonlyMap<number, Totals | null>;
}

export function presentSegmentList(h: ViewHelpers, data: SegmentListData) {
  const { segments, groupings, everybody, totals } = data;
  const divided = new Set(segments.map(({ grouping }) => grouping?.id));
  return {
    title: 'Segments',
    summary: `Groups of customers with a name, by the latest score of ${h.plural(everybody.count, 'customer')}.`,
    segments: segments.toSorted(byGrouping).map((segment) => ({
      ...presentRow(h, segment, everybody, totals.get(segment.id) ?? null),
      from: fromOf(segment, groupings),
    })),
    open: groupings
      .filter(({ id }) => !divided.has(id))
      .map(({ id, name, state }) => ({ href: `/groupings/${id}`, name, state: stateWords[state] })),
    hasLate: segments.some(({ id }) => !totals.get(id)),
  };
}

const stateWords: Readonly<Record<GroupingState, string>> = {
  working: 'customers are being grouped',
  ready: 'choose the number of groups',
  failed: 'failed',
};

/** Saved filters first, then those of each grouping in their order. */
function byGrouping(a: Segment, b: Segment): number {
  const [idA, idB] = [a.grouping?.id ?? 0, b.grouping?.id ?? 0];
  return idA - idB || (a.grouping?.place ?? 0) - (b.grouping?.place ?? 0);
}

function fromOf({ grouping }: Segment, groupings: readonly Grouping[]) {
  if (grouping === null) return { text: 'Saved filter', href: null };
  const name = groupings.find(({ id }) => id === grouping.id)?.name ?? '';
  return { text: name, href: `/groupings/${grouping.id}` };
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
