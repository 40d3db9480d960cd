/** Saving a filter as a segment, and removing a segment. */
import { whyNotSegment } from '../domain/segments/segments.ts';
import type { SegmentUse } from '../domain/segments/segments.ts';
import type { CampaignFilter } from '../store/campaigns.ts';
import type { Segment } from '../store/segments.ts';
import { filterValues, filterWords } from './campaign-filter.ts';
import type { KnownNames } from './campaign-filter.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface SegmentFormData extends KnownNames {
  readonly filter: CampaignFilter;
  readonly name: string;
}

export function presentSegmentForm(h: ViewHelpers, data: SegmentFormData) {
  const fields = filterValues(data.filter);
  return {
    title: 'Save as segment',
    name: data.name,
    hasFilter: fields.length > 0,
    whom: filterWords(h, data.filter, data),
    problem: whyNotSegment(data.filter),
    listHref: `/customers${h.query(Object.fromEntries(fields.map(({ name, value }) => [name, value])))}`,
    fields,
  };
}

const addresses = { rule: '/settings/rules', campaign: '/campaigns', plan: '/plans' } as const;
const kinds = { rule: 'Retention rule', campaign: 'Campaign', plan: 'Plan' } as const;

export function presentUses(uses: readonly SegmentUse[]) {
  return uses.map(({ kind, id, name }) => ({ kind: kinds[kind], href: `${addresses[kind]}/${id}`, name }));
}

export function presentSegmentRemoval({ id, name }: Segment, uses: readonly SegmentUse[]) {
  return { title: `Remove ${name}?`, href: `/segments/${id}`, uses: presentUses(uses) };
}
