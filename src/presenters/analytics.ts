/** Analytics: one question a chart, over the latest score of every customer or those of one file. */
import type { CsvCell } from '../domain/csv/writer.ts';
import type { Figure } from '../domain/analytics/analytics.ts';
import type { ModelRecord } from '../store/models.ts';
import type { UnreadableScores } from '../store/score-files/damage.ts';
import type { Totals } from '../store/score-files/totals.ts';
import type { Settings } from '../store/settings.ts';
import { presentHistogram } from './chart-histogram.ts';
import { presentLevelCharts } from './chart-levels.ts';
import { hiddenFields, presentChips } from './filter-chips.ts';
import type { ChipData, FilterValues } from './filter-chips.ts';
import { presentPopulation } from './population.ts';
import { presentUnreadable } from './unreadable-scores.ts';
import {
  presentBatchFilter,
  presentRiskFilter,
  presentSegmentFilter,
  scoresShown,
} from './prediction-filters.ts';
import type { ViewHelpers } from './view-helpers.ts';

type AnalyticsQuery = FilterValues & { readonly columns: string };

export interface AnalyticsData extends Omit<ChipData, 'query'> {
  readonly query: AnalyticsQuery;
  readonly totals: Totals;
  /** Null, here and below: it could not be read. */
  readonly histogram: readonly number[] | null;
  /** The columns that matter most first. */
  readonly figures: readonly Figure[] | null;
  /** Whose columns are shown: that of the file, or of the customers on the home page. */
  readonly model: ModelRecord | undefined;
  readonly leftOut: readonly string[];
  /** Files whose customers are not in it. */
  readonly unreadable: readonly UnreadableScores[];
  readonly settings: Settings;
}

/** Charts that are shown without asking for all. */
const firstCharts = 6;

export function presentAnalytics(h: ViewHelpers, data: AnalyticsData) {
  const { query, totals, settings, figures } = data;
  const { columns, ...listQuery } = query;
  const shown = figures && (columns === 'all' ? figures : figures.slice(0, firstCharts));
  return {
    query,
    isEmpty: totals.count === 0,
    summary: summaryOf(h, data),
    filters: [
      presentBatchFilter(h, data.batches, query.batch),
      presentRiskFilter(h, query.risk),
      ...presentSegmentFilter(data.segments, query.segment),
    ],
    hidden: hiddenFields(query, ['batch', 'risk', 'segment']),
    chips: presentChips(h, data),
    reportHref: `/analytics/report${h.query(listQuery)}`,
    csvHref: `/analytics.csv${h.query(listQuery)}`,
    listHref: `/customers${h.query(listQuery)}`,
    notices: presentPopulation({ leftOut: data.leftOut, hasFilter: true }),
    unreadable: presentUnreadable(h, data.unreadable),
    again: `/analytics${h.query(query)}`,
    histogram:
      data.histogram &&
      presentHistogram(h, data.histogram, { thresholds: settings, totals, query: listQuery }),
    revenue: presentRevenue(h, data),
    levelCharts: shown && presentLevelCharts(h, shown, listQuery),
    more: figures && moreCharts(h, figures.length, query),
  };
}

function summaryOf(h: ViewHelpers, { query, totals, model }: AnalyticsData): string {
  const { meanProbability } = totals;
  const parts = [
    `${scoresShown(query.batch)}: ${h.plural(totals.count, 'customer')}`,
    ...(meanProbability === null ? [] : [`average churn probability ${h.rate(meanProbability)}`]),
    ...(totals.newestAt ? [`newest from ${h.dateTime(totals.newestAt)}`] : []),
  ];
  return `${parts.join(', ')}${model ? ` · columns of model ${model.label}` : ''}`;
}

function presentRevenue(h: ViewHelpers, { query, totals, settings }: AnalyticsData) {
  return {
    expectedLoss: h.money(totals.revenueAtRisk),
    highRisk: h.money(totals.highRiskRevenue),
    /** Null where there is no figure to look behind. */
    highRiskHref:
      totals.highRiskRevenue === null
        ? null
        : `/customers${h.query(query, { columns: null, risk: 'high', sort: 'value' })}`,
    saving: h.money(totals.expectedSaving),
    period: h.plural(settings.valueMonths, 'month'),
    known: `${h.count(totals.valued)} of ${h.count(totals.count)}`,
  };
}

/** A row a group of each column. */
export function figuresCsv(figures: readonly Figure[]): { header: string[]; rows: CsvCell[][] } {
  return {
    header: [
      'column',
      'group',
      'customers',
      'average_churn_probability',
      'high_risk',
      'expected_monthly_loss',
    ],
    rows: figures.flatMap(({ column, bars }) =>
      bars.map((bar) => [column, bar.words, bar.count, bar.meanProbability, bar.high, bar.revenueAtRisk]),
    ),
  };
}

interface MoreCharts {
  readonly href: string;
  readonly text: string;
}

/** Null where all columns fit among the first. */
function moreCharts(h: ViewHelpers, count: number, query: AnalyticsQuery): MoreCharts | null {
  if (count <= firstCharts) return null;
  return query.columns === 'all'
    ? {
        href: `/analytics${h.query(query, { columns: null })}`,
        text: `Show only the ${h.count(firstCharts)} columns that matter most`,
      }
    : {
        href: `/analytics${h.query(query, { columns: 'all' })}`,
        text: `Show all ${h.count(count)} columns`,
      };
}
