/** The first page: key figures that lead to the list behind them, charts, and recent files. */
import type { Figure } from '../domain/analytics/analytics.ts';
import type { Changes } from '../domain/changes/changes.ts';
import type { UnusableModel } from '../domain/models/registry.ts';
import type { BatchSummary } from '../store/batches.ts';
import type { ModelRecord } from '../store/models.ts';
import type { UnreadableScores } from '../store/score-files/damage.ts';
import type { Totals } from '../store/score-files/totals.ts';
import type { Settings } from '../store/settings.ts';
import { presentBatches } from './batch.ts';
import { presentChanges } from './changes.ts';
import { presentBars } from './chart.ts';
import type { BarChart } from './chart.ts';
import { presentHistogram } from './chart-histogram.ts';
import { presentLevelCharts } from './chart-levels.ts';
import { presentPopulation } from './population.ts';
import { presentUnreadable } from './unreadable-scores.ts';
import type { QueryValues, ViewHelpers } from './view-helpers.ts';

export interface HomeData {
  readonly isEmpty: boolean;
  readonly hasSample: boolean;
  /** Models whose scores are not counted here, because they use other columns. */
  readonly leftOut: readonly string[];
  /** Null, here and below: it could not be read. */
  readonly totals: Totals | null;
  readonly histogram: readonly number[] | null;
  readonly figures: readonly Figure[] | null;
  readonly batches: readonly BatchSummary[] | null;
  /** The one whose customers are shown. */
  readonly model: ModelRecord | undefined;
  readonly active: ModelRecord | undefined;
  readonly unusableModels: readonly UnusableModel[];
  readonly unreadable: readonly UnreadableScores[];
  readonly settings: Settings;
  readonly changes: Changes;
  /** The last visit of the person; null: this is the first one. */
  readonly since: string | null;
  /** ISO 8601. */
  readonly now: string;
}

const mostDrivers = 7;

export function presentHome(h: ViewHelpers, data: HomeData) {
  const { totals, model, settings } = data;
  return {
    isEmpty: data.isEmpty,
    needsModel: data.isEmpty && data.active === undefined,
    hasSample: data.hasSample,
    batches: data.batches && presentBatches(h, data.batches),
    unusableModels: data.unusableModels,
    unreadable: presentUnreadable(h, data.unreadable),
    summary: summaryOf(h, data),
    notices: presentPopulation({ ...data, hasFilter: false }),
    cards: totals && presentCards(h, totals, { settings, query: {} }),
    changes: presentChanges(h, { ...data, newestScoreAt: totals?.newestAt ?? null }),
    histogram:
      data.histogram && presentHistogram(h, data.histogram, { thresholds: settings, totals, query: {} }),
    drivers: model ? presentDrivers(h, model) : null,
    levelCharts: data.figures && presentLevelCharts(h, data.figures, {}),
  };
}

function summaryOf(h: ViewHelpers, { totals, model }: HomeData): string {
  const newest = totals?.newestAt ? `, newest from ${h.dateTime(totals.newestAt)}` : '';
  const by = model
    ? ` · model ${model.label}, trained ${h.date(model.createdAt)} on ${model.provenance.datasetName}`
    : '';
  return `The latest score of every customer${newest}${by}`;
}

interface CardOptions {
  readonly settings: Settings;
  /** The filters of the customers that are counted. */
  readonly query: QueryValues;
}

/** Key figures, each of which leads to its customers. */
export function presentCards(h: ViewHelpers, totals: Totals, { settings, query }: CardOptions) {
  const listOf = (change: Record<string, string>): string => `/customers${h.query(query, change)}`;
  const known = totals.valued < totals.count ? `, known for ${h.count(totals.valued)}` : '';
  return [
    {
      href: listOf({ risk: 'high' }),
      label: 'Customers at high risk',
      figure: h.count(totals.high),
      note: `${h.rate(totals.high / totals.count)} of ${h.count(totals.count)} scored`,
    },
    {
      href: listOf({ risk: 'medium' }),
      label: 'Customers at medium risk',
      figure: h.count(totals.medium),
      note: `${h.rate(totals.medium / totals.count)} of ${h.count(totals.count)} scored`,
    },
    {
      href: listOf({ sort: 'value' }),
      label: 'Expected monthly loss',
      figure: h.money(totals.revenueAtRisk),
      note: `churn probability × monthly revenue${known}`,
    },
    {
      href: listOf({ sort: 'saving' }),
      label: `Expected saving in ${h.plural(settings.valueMonths, 'month')}`,
      figure: h.money(totals.expectedSaving),
      note: 'from the recommended actions, after their cost',
    },
  ];
}

interface Drivers {
  readonly chart: BarChart;
  readonly note: string;
}

/** How far each column moves the churn probability on average; the largest first. */
export function presentDrivers(h: ViewHelpers, model: ModelRecord): Drivers {
  const inputs = model.importance
    .slice(0, mostDrivers)
    .map(({ feature, points }) => ({ label: h.label(feature), value: points }));
  return {
    chart: presentBars(inputs, {
      caption: 'How far each column moves the churn probability on average',
      labelHeading: 'Column',
      valueHeading: 'Average effect',
      valueText: h.size,
      tickText: (points) => h.number(points * 100),
    }),
    note: `Average effect on the churn probability, in percentage points, of ${h.count(model.evaluation.holdoutRows)} held-out ${h.rowWord(model.evaluation)}s of ${model.provenance.datasetName}.`,
  };
}
