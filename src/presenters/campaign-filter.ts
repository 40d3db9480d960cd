/** The customers of a campaign or a plan in words, and as hidden fields of its form. */
import type { BatchSummary } from '../store/batches.ts';
import type { CampaignFilter } from '../store/campaigns.ts';
import type { ModelRecord } from '../store/models.ts';
import { askedColumns } from '../store/prediction-filters.ts';
import type { LevelThere } from '../store/prediction-filters.ts';
import type { Segment } from '../store/segments.ts';
import { thereText } from './prediction-filters.ts';
import type { RiskWord, ViewHelpers } from './view-helpers.ts';

/** What the filter may name. */
export interface KnownNames {
  readonly batches: readonly BatchSummary[];
  readonly models: readonly ModelRecord[];
  readonly segments: readonly Segment[];
}

/** 'Risk level: High; Contract: Month-to-month', or everybody. */
export function filterWords(h: ViewHelpers, filter: CampaignFilter, known: KnownNames): string {
  const words = conditionWords(h, filter, known);
  return words.length === 0 ? 'All customers of the list' : `Customers with ${words.join(', ')}`;
}

/** One entry a condition; none where the filter is for everybody. */
export function conditionWords(
  h: ViewHelpers,
  filter: CampaignFilter,
  { batches, models, segments }: KnownNames,
): string[] {
  const { risk, search, source, batch, model, low, high, segment, compared, there } = filter;
  return [
    segment === null
      ? ''
      : `segment ${segments.find(({ id }) => id === segment)?.name ?? `${segment}, which was removed`}`,
    risk === null ? '' : `risk level ${h.riskWord(risk as RiskWord).toLowerCase()}`,
    search === null ? '' : `customer ID contains ‘${search}’`,
    source === null ? '' : source === 'batch' ? 'scored from files' : 'scored one by one',
    batch === null
      ? ''
      : `a score in ${batches.find(({ id }) => id === batch)?.originalName ?? `file ${batch}`}`,
    model === null ? '' : `scored by ${models.find(({ id }) => id === model)?.label ?? `model ${model}`}`,
    low === null && high === null
      ? ''
      : `churn probability ${h.number((low ?? 0) * 100)} to ${high === null ? h.share(1) : `under ${h.share(high)}`}`,
    ...askedColumns(filter).map(
      ({ column, level, from, to }) =>
        `${h.label(column)} ${from === null && to === null ? (level === '' ? 'not known' : (level ?? '')) : h.between(from ?? '', to ?? '')}`,
    ),
    compared === null || there === null ? '' : thereText(there as LevelThere, compared, batches),
  ].filter((word) => word !== '');
}

export function filterValues(filter: CampaignFilter) {
  return Object.entries(filter)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ({ name, value: String(value) }));
}
