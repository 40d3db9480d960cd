/** Filters of customers as chips, each of which removes its filter. */
import { featureWords } from '../domain/scoring/feature-words.ts';
import type { BatchSummary } from '../store/batches.ts';
import type { ModelRecord } from '../store/models.ts';
import type { LevelThere } from '../store/prediction-filters.ts';
import type { Segment } from '../store/segments.ts';
import { segmentWords, thereText } from './prediction-filters.ts';
import type { QueryValues, RiskWord, ViewHelpers } from './view-helpers.ts';

export type Source = 'form' | 'batch' | 'api';

/** Fields of an address; '' is not asked. */
export type FilterValues = Readonly<{
  batch: number | '';
  risk: RiskWord | '';
  source: Source | '';
  model: number | '';
  search: string;
  column: string;
  level: string;
  from: number | '';
  to: number | '';
  column2: string;
  level2: string;
  from2: number | '';
  to2: number | '';
  low: number | '';
  high: number | '';
  segment: number | '';
  compared: number | '';
  there: LevelThere | '';
}>;

/** Nothing is asked. */
export const noValues: FilterValues = {
  batch: '',
  risk: '',
  source: '',
  model: '',
  search: '',
  column: '',
  level: '',
  from: '',
  to: '',
  column2: '',
  level2: '',
  from2: '',
  to2: '',
  low: '',
  high: '',
  segment: '',
  compared: '',
  there: '',
};

export interface ChipData {
  readonly query: FilterValues;
  readonly batches: readonly BatchSummary[];
  readonly models: readonly ModelRecord[];
  readonly segments: readonly Segment[];
  /** The models of the scores, archived ones included. */
  readonly scoredBy: readonly ModelRecord[];
}

export interface Chip {
  readonly text: string;
  /** The page without this filter. */
  readonly href: string;
}

/** What a filter form has no field for, but must keep. */
export function hiddenFields(query: QueryValues, withField: readonly string[]) {
  return Object.entries(query)
    .filter(([name, value]) => !withField.includes(name) && value !== '' && value !== null)
    .map(([name, value]) => ({ name, value }));
}

interface ColumnFilter {
  readonly column: string;
  readonly level?: string;
  readonly from?: number;
  readonly to?: number;
}

/** A query that asks about one column more; null: it asks about two already. */
export function withColumn(
  query: QueryValues | null,
  { column, level, from, to }: ColumnFilter,
): QueryValues | null {
  if (!query?.['column']) return query && { ...query, column, level, from, to };
  return query['column2'] ? null : { ...query, column2: column, level2: level, from2: from, to2: to };
}

export const sourceWords: Record<Source, string> = { batch: 'Files', form: 'Predict', api: 'API' };

export function presentChips(h: ViewHelpers, data: ChipData): Chip[] {
  const chip = (text: string, ...names: string[]): Chip => ({
    text,
    href: h.query(data.query, Object.fromEntries([...names, 'page'].map((name) => [name, null]))),
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
    ...(query.column ? [chip(columnWords(h, data, query), 'column', 'level', 'from', 'to')] : []),
    ...(query.column2
      ? [chip(columnWords(h, data, secondColumn(query)), 'column2', 'level2', 'from2', 'to2')]
      : []),
  ];
}

function probabilityWords(h: ViewHelpers, { low, high }: FilterValues): string {
  const from = h.number(Number(low) * 100);
  const to = high === '' ? h.share(1) : `under ${h.share(high)}`;
  return `Churn probability ${from} to ${to}`;
}

type ColumnValues = Pick<FilterValues, 'column' | 'level' | 'from' | 'to'>;

function secondColumn({ column2, level2, from2, to2 }: FilterValues): ColumnValues {
  return { column: column2, level: level2, from: from2, to: to2 };
}

function columnWords(
  h: ViewHelpers,
  { scoredBy }: ChipData,
  { column, level, from, to }: ColumnValues,
): string {
  const hasColumn = ({ schema }: ModelRecord): boolean => schema.features.some(({ name }) => name === column);
  const words = featureWords(scoredBy.find(hasColumn)?.schema);
  const isRange = from !== '' || to !== '';
  const value = isRange ? h.between(from, to) : words.value(column, level === '' ? null : level);
  return `${words.titleWithUnit(column)}: ${value}`;
}
