/** The list of scored customers: its filters, the chips that remove them, and its sortable columns. */
import type { BatchSummary } from '../store/batches.ts';
import type { ModelRecord } from '../store/models.ts';
import type { Segment } from '../store/segments.ts';
import type { UnreadableScores } from '../store/score-files/damage.ts';
import type { SortKey } from '../store/score-files/sort.ts';
import { hiddenFields, presentChips, sourceWords } from './filter-chips.ts';
import type { FilterValues } from './filter-chips.ts';
import { presentPopulation } from './population.ts';
import { presentUnreadable } from './unreadable-scores.ts';
import {
  presentBatchFilter,
  presentRiskFilter,
  presentSegmentFilter,
  scoresShown,
} from './prediction-filters.ts';
import type { SelectField } from './prediction-filters.ts';
import { presentPredictionRows } from './prediction-rows.ts';
import type { ListedScore } from './prediction-rows.ts';
import type { ViewHelpers } from './view-helpers.ts';

type CustomersQuery = FilterValues &
  Readonly<{ sort: SortKey; order: 'asc' | 'desc'; page: number; size: number }>;

export interface CustomersData {
  readonly predictions: readonly ListedScore[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
  readonly query: CustomersQuery;
  readonly batches: readonly BatchSummary[];
  readonly models: readonly ModelRecord[];
  readonly segments: readonly Segment[];
  /** The models of the scores, archived ones included. */
  readonly scoredBy: readonly ModelRecord[];
  readonly isEmpty: boolean;
  /** Customers whose level a person has set. */
  readonly setLevelCount: number;
  /** Models whose customers are not in the list, because they have other columns. */
  readonly leftOut: readonly string[];
  /** Files whose customers are not in it. */
  readonly unreadable: readonly UnreadableScores[];
}

export function presentCustomers(h: ViewHelpers, data: CustomersData) {
  const { query, total } = data;
  return {
    predictions: presentPredictionRows(h, data.predictions, data.scoredBy),
    page: data.page,
    pages: data.pages,
    query,
    isEmpty: data.isEmpty,
    hasMatches: total > 0,
    setLevels:
      data.setLevelCount === 0
        ? null
        : `${h.plural(data.setLevelCount, 'level')} set by people, of all customers`,
    summary: `${scoresShown(query.batch)}: ${h.plural(total, 'customer')}`,
    download: {
      href: `/customers.csv${h.query(query, { page: null, size: null })}`,
      text: `Download ${h.plural(total, 'row')} as CSV`,
    },
    campaignHref: `/campaigns/new${h.query(query, { page: null, size: null, sort: null, order: null })}`,
    /** Null where nothing is filtered, or by what customers were in another file. */
    segmentHref:
      hasFilter(query) && query.there === ''
        ? `/segments/new${h.query(query, { page: null, size: null, sort: null, order: null })}`
        : null,
    analyticsHref: `/analytics${h.query(query, { page: null, size: null, sort: null, order: null })}`,
    planHref: `/plans/new${h.query(query, { page: null, size: null, sort: null, order: null })}`,
    filters: presentFilters(h, data),
    hidden: hiddenFields(query, ['search', 'risk', 'batch', 'segment', 'source', 'model', 'page', 'size']),
    notices: presentPopulation({ leftOut: data.leftOut, hasFilter: true }),
    unreadable: presentUnreadable(h, data.unreadable),
    chips: presentChips(h, data),
    heads: presentSortHeads(h, query),
  };
}

function hasFilter(query: CustomersQuery): boolean {
  const isFilter = (name: string): boolean => !['sort', 'order', 'page', 'size'].includes(name);
  return Object.entries(query).some(([name, value]) => isFilter(name) && value !== '');
}

function presentFilters(h: ViewHelpers, { query, batches, models, segments }: CustomersData): SelectField[] {
  const sources = [
    { value: '', label: 'All' },
    { value: 'batch', label: sourceWords.batch },
    { value: 'form', label: sourceWords.form },
  ];
  const modelOptions = models.map(({ id, label }) => ({ value: id, label }));
  return [
    presentRiskFilter(h, query.risk),
    presentBatchFilter(h, batches, query.batch),
    ...presentSegmentFilter(segments, query.segment),
    { name: 'source', label: 'Source', value: query.source, options: sources },
    ...(models.length > 1
      ? [
          {
            name: 'model',
            label: 'Model',
            value: query.model,
            options: [{ value: '', label: 'All' }, ...modelOptions],
          },
        ]
      : []),
  ];
}

interface SortHead {
  readonly label: string;
  readonly className: string;
  readonly href: string;
  readonly sorted: 'ascending' | 'descending' | null;
  readonly arrow: string;
}

const sortLabels: Record<SortKey, { readonly label: string; readonly className: string }> = {
  customer: { label: 'Customer', className: '' },
  probability: { label: 'Churn probability', className: 'numeric' },
  value: { label: 'Monthly revenue', className: 'numeric' },
  saving: { label: 'Expected saving', className: 'numeric' },
  date: { label: 'Scored', className: '' },
};

/** Choosing the column that is sorted turns its order around. */
function presentSortHeads(h: ViewHelpers, query: CustomersQuery): Record<SortKey, SortHead> {
  const head = (key: SortKey): SortHead => {
    const isSorted = query.sort === key;
    const isDescending = isSorted && query.order === 'desc';
    return {
      ...sortLabels[key],
      href: h.query(query, { sort: key, order: isDescending ? 'asc' : 'desc', page: null }),
      sorted: isSorted ? (isDescending ? 'descending' : 'ascending') : null,
      arrow: isSorted ? (isDescending ? ' ↓' : ' ↑') : '',
    };
  };
  return {
    customer: head('customer'),
    probability: head('probability'),
    value: head('value'),
    saving: head('saving'),
    date: head('date'),
  };
}
