/** The list of scored customers: its filters, the chips that remove them, and its sortable columns. */
import { featureWords } from '../domain/scoring/feature-words.ts';
import type { BatchSummary } from '../store/batches.ts';
import type { ModelRecord } from '../store/models.ts';
import type { LevelThere } from '../store/prediction-filters.ts';
import type { Segment } from '../store/segments.ts';
import type { UnreadableScores } from '../store/score-files/damage.ts';
import type { SortKey } from '../store/score-files/sort.ts';
import { presentPopulation } from './population.ts';
import { presentUnreadable } from './unreadable-scores.ts';
import {
  presentBatchFilter,
  presentRiskFilter,
  presentSegmentFilter,
  scoresShown,
  segmentWords,
  thereText,
} from './prediction-filters.ts';
import type { SelectField } from './prediction-filters.ts';
import { presentPredictionRows } from './prediction-rows.ts';
import type { ListedScore } from './prediction-rows.ts';
import type { RiskWord, ViewHelpers } from './view-helpers.ts';

type Source = 'form' | 'batch' | 'api';

type CustomersQuery = Readonly<{
  batch: number | '';
  risk: RiskWord | '';
  source: Source | '';
  model: number | '';
  search: string;
  column: string;
  level: string;
  from: number | '';
  to: number | '';
  low: number | '';
  high: number | '';
  segment: number | '';
  compared: number | '';
  there: LevelThere | '';
  sort: SortKey;
  order: 'asc' | 'desc';
  page: number;
  size: number;
}>;

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
    setLevels: data.setLevelCount === 0 ? null : `${h.plural(data.setLevelCount, 'level')} set by people`,
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
    planHref: `/plans/new${h.query(query, { page: null, size: null, sort: null, order: null })}`,
    filters: presentFilters(h, data),
    hidden: hiddenFields(query),
    notices: presentPopulation({ leftOut: data.leftOut, hasFilter: true }),
    unreadable: presentUnreadable(h, data.unreadable),
    chips: presentChips(h, data),
    heads: presentSortHeads(h, query),
  };
}

const sourceWords: Record<Source, string> = { batch: 'Files', form: 'Predict', api: 'API' };

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

interface HiddenField {
  readonly name: string;
  readonly value: string | number;
}

/** What the filter form has no field for, but must keep. */
function hiddenFields(query: CustomersQuery): HiddenField[] {
  const names = [
    'sort',
    'order',
    'column',
    'level',
    'from',
    'to',
    'low',
    'high',
    'compared',
    'there',
  ] as const;
  return names.map((name) => ({ name, value: query[name] })).filter(({ value }) => value !== '');
}

interface Chip {
  readonly text: string;
  /** The list without this filter. */
  readonly href: string;
}

function presentChips(h: ViewHelpers, data: CustomersData): Chip[] {
  const chip = (text: string, ...names: (keyof CustomersQuery)[]): Chip => ({
    text,
    href: h.query(query, Object.fromEntries([...names, 'page'].map((name) => [name, null]))),
  });
  const { query, batches, models, segments } = data;
  const batch = batches.find(({ id }) => id === query.batch)?.originalName ?? query.batch;
  const model = models.find(({ id }) => id === query.model)?.label ?? query.model;
  return [
    ...(query.risk ? [chip(`Risk level: ${h.riskWord(query.risk)}`, 'risk')] : []),
    ...(query.search ? [chip(`Customer contains ‘${query.search}’`, 'search')] : []),
    ...(query.source ? [chip(`Source: ${sourceWords[query.source]}`, 'source')] : []),
    ...(query.batch === '' ? [] : [chip(`File: ${batch}`, 'batch')]),
    ...(query.model === '' ? [] : [chip(`Model: ${model}`, 'model')]),
    ...(query.segment === '' ? [] : [chip(segmentWords(segments, query.segment), 'segment')]),
    ...(query.low === '' && query.high === '' ? [] : [chip(probabilityWords(h, query), 'low', 'high')]),
    ...(query.there === '' || query.compared === ''
      ? []
      : [chip(`Had ${thereText(query.there, query.compared, batches)}`, 'compared', 'there')]),
    ...(query.column ? [chip(columnWords(h, data), 'column', 'level', 'from', 'to')] : []),
  ];
}

function probabilityWords(h: ViewHelpers, { low, high }: CustomersQuery): string {
  const from = h.number(Number(low) * 100);
  const to = high === '' ? h.share(1) : `under ${h.share(high)}`;
  return `Churn probability ${from} to ${to}`;
}

function columnWords(h: ViewHelpers, { query, scoredBy }: CustomersData): string {
  const { column, level, from, to } = query;
  const hasColumn = ({ schema }: ModelRecord): boolean => schema.features.some(({ name }) => name === column);
  const words = featureWords(scoredBy.find(hasColumn)?.schema);
  const isRange = from !== '' || to !== '';
  const value = isRange ? h.between(from, to) : words.value(column, level === '' ? null : level);
  return `${words.titleWithUnit(column)}: ${value}`;
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
