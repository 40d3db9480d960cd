/** Which reasons raise risk: a table of all customers, and one by the groups of a column or by segment. */
import { minCustomers } from '../domain/analytics/analytics.ts';
import type { Figure, FigureBar } from '../domain/analytics/analytics.ts';
import { bySegments } from '../domain/analytics/drivers.ts';
import type { Driver, DriverGroup } from '../domain/analytics/drivers.ts';
import type { CsvCell } from '../domain/csv/writer.ts';
import { featureWords } from '../domain/scoring/feature-words.ts';
import type { FeatureWords } from '../domain/scoring/feature-words.ts';
import type { ModelRecord } from '../store/models.ts';
import type { UnreadableScores } from '../store/score-files/damage.ts';
import type { Totals } from '../store/score-files/totals.ts';
import { hiddenFields, presentChips, withColumn } from './filter-chips.ts';
import type { ChipData, FilterValues } from './filter-chips.ts';
import { presentPopulation } from './population.ts';
import { presentBatchFilter, presentRiskFilter, presentSegmentFilter } from './prediction-filters.ts';
import { presentUnreadable } from './unreadable-scores.ts';
import type { ViewHelpers } from './view-helpers.ts';

type DriverQuery = FilterValues & { readonly by: string };

export interface ComparedGroup {
  readonly words: string;
  readonly filter: FigureBar['filter'] | { readonly segment: number };
  /** Null: too few customers. */
  readonly found: DriverGroup | null;
}

export interface DriverData extends Omit<ChipData, 'query'> {
  readonly query: DriverQuery;
  readonly model: ModelRecord | undefined;
  /** Null: they could not be read. */
  readonly figures: readonly Figure[] | null;
  readonly totals: Totals;
  /** Of all customers that the filters cover; null: they are too few, or it could not be read. */
  readonly all: DriverGroup | null;
  /** Null: nothing is compared, or it could not be read. */
  readonly compared: readonly ComparedGroup[] | null;
  readonly leftOut: readonly string[];
  readonly unreadable: readonly UnreadableScores[];
}

const shades = 5;
/** Reasons that groups are compared by. */
const mostCompared = 8;

export function presentDrivers(h: ViewHelpers, data: DriverData) {
  const { query, all, compared } = data;
  const words = featureWords(data.model?.schema);
  return {
    title: 'Reasons for risk',
    filters: presentFilters(h, data),
    hidden: hiddenFields(query, ['by', 'batch', 'risk', 'segment']),
    chips: presentChips(h, data),
    notices: presentPopulation({ leftOut: data.leftOut, hasFilter: true }),
    unreadable: presentUnreadable(h, data.unreadable),
    again: `/analytics/drivers${h.query(query)}`,
    csvHref: `/analytics/drivers.csv${h.query(query)}`,
    isEmpty: data.totals.count < minCustomers,
    isLate: all === null,
    rows: all ? presentRows(h, all, words) : [],
    isComparedLate: compared === null && canCompare(data),
    hasNoGroups: compared === null && query.by !== '' && !canCompare(data),
    compared: all && compared ? presentCompared(h, data, { all, compared, words }) : null,
  };
}

/** Whether there are groups of what is asked for; where figures could not be read, nobody knows. */
function canCompare({ query, figures }: DriverData): boolean {
  if (query.by === bySegments) return query.segment === '';
  return query.by !== '' && (figures === null || figures.some(({ column }) => column === query.by));
}

function presentFilters(h: ViewHelpers, { query, figures, batches, segments }: DriverData) {
  const hasSegments = segments.length > 0 && query.segment === '';
  const columns = (figures ?? []).map(({ column, label }) => ({ value: column, label }));
  const options = [
    { value: '', label: 'Nothing' },
    ...(hasSegments ? [{ value: bySegments, label: 'Segments' }] : []),
    ...columns,
  ];
  return [
    { name: 'by', label: 'Compare by', value: query.by, options },
    presentBatchFilter(h, batches, query.batch),
    presentRiskFilter(h, query.risk),
    ...presentSegmentFilter(segments, query.segment),
  ];
}

function presentRows(h: ViewHelpers, { customers, drivers }: DriverGroup, words: FeatureWords) {
  const most = drivers[0]?.customers ?? 1;
  return drivers.map((driver) => ({
    reason: words.title(driver.feature),
    ...presentDriver(h, driver, customers),
    customers: h.count(driver.customers),
    width: h.place((100 * driver.customers) / most),
  }));
}

function presentDriver(h: ViewHelpers, { customers, points, revenueAtRisk }: Driver, all: number) {
  return { share: h.rate(customers / all), points: h.points(points), loss: h.money(revenueAtRisk) };
}

interface Comparison {
  readonly all: DriverGroup;
  readonly compared: readonly ComparedGroup[];
  readonly words: FeatureWords;
}

function presentCompared(h: ViewHelpers, { query, figures }: DriverData, comparison: Comparison) {
  const { all, compared, words } = comparison;
  const figure = figures?.find(({ column }) => column === query.by);
  return {
    title: `Reasons by: ${figure?.label ?? 'segment'}`,
    heads: compared.map((group) => ({ words: group.words, href: hrefOf(h, query, group) })),
    rows: all.drivers.slice(0, mostCompared).map(({ feature }) => ({
      reason: words.title(feature),
      cells: compared.map(({ found }) => presentCell(h, feature, found)),
    })),
  };
}

/** Null where fewer than five customers are in the group. */
function presentCell(h: ViewHelpers, feature: string, group: DriverGroup | null) {
  if (group === null) return null;
  const driver = group.drivers.find((one) => one.feature === feature);
  if (!driver) return { share: h.rate(0), points: h.or(null), loss: h.or(null), shade: 0 };
  const shade = Math.ceil((shades * driver.customers) / group.customers);
  return { ...presentDriver(h, driver, group.customers), shade };
}

/** Null where a list cannot ask for the group beside what is asked already. */
function hrefOf(h: ViewHelpers, query: DriverQuery, { filter }: ComparedGroup): string | null {
  const asked = { ...query, by: null };
  const both = 'segment' in filter ? { ...asked, ...filter } : withColumn(asked, filter);
  return both && `/customers${h.query(both)}`;
}

/** A row a reason of all customers, then one a reason of each group. */
export function driversCsv(all: DriverGroup | null, compared: readonly ComparedGroup[]) {
  const rowsOf = (name: string, group: DriverGroup | null): CsvCell[][] =>
    (group?.drivers ?? []).map(({ feature, customers, points, revenueAtRisk }) => [
      name,
      feature,
      customers,
      customers / group!.customers,
      points,
      revenueAtRisk,
    ]);
  return {
    header: ['group', 'reason', 'customers', 'share', 'mean_points', 'expected_monthly_loss'],
    rows: [...rowsOf('', all), ...compared.flatMap(({ words, found }) => rowsOf(words, found))],
  };
}
