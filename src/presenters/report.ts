/** A report of one page of A4: key figures, how risk is distributed, what drives it, and where it is highest. */
import type { FigureBar } from '../domain/analytics/analytics.ts';
import type { AnalyticsData } from './analytics.ts';
import { presentHistogram } from './chart-histogram.ts';
import { presentChips, withColumn } from './filter-chips.ts';
import { presentCards, presentDrivers } from './home.ts';
import type { ViewHelpers } from './view-helpers.ts';

/** Columns among whose groups the highest risk is looked for, the most important ones. */
const columnsRead = 8;
const mostGroups = 8;
/** Smaller groups are left out: they matter little to the whole. */
const leastShare = 0.02;

/** `now`: ISO 8601. */
export function presentReport(h: ViewHelpers, data: AnalyticsData, now: string) {
  const { totals, settings, model } = data;
  const listQuery = { ...data.query, columns: '' };
  return {
    title: 'Churn report',
    isEmpty: totals.count === 0,
    analyticsHref: `/analytics${h.query(listQuery)}`,
    date: h.date(now),
    chips: presentChips(h, data).map(({ text }) => text),
    summary: summaryOf(h, data),
    cards: presentCards(h, totals, { settings, query: listQuery }),
    histogram:
      data.histogram &&
      presentHistogram(h, data.histogram, { thresholds: settings, totals, query: listQuery }),
    drivers: model ? presentDrivers(h, model) : null,
    groups: data.figures && presentGroups(h, data),
  };
}

function summaryOf(h: ViewHelpers, { totals, model }: AnalyticsData): string {
  const { count, newestAt, meanProbability } = totals;
  return [
    h.plural(count, 'customer'),
    ...(meanProbability === null ? [] : [`average churn probability ${h.rate(meanProbability)}`]),
    ...(newestAt ? [`newest scores from ${h.date(newestAt)}`] : []),
    ...(model ? [`model ${model.label}, trained ${h.date(model.createdAt)}`] : []),
  ].join(' · ');
}

/** The groups with the highest mean churn probability. */
function presentGroups(h: ViewHelpers, { figures, totals, query }: AnalyticsData) {
  const bars = (figures ?? [])
    .slice(0, columnsRead)
    .flatMap(({ label, bars: own }) => own.map((bar) => ({ label, bar })))
    .filter(({ bar }) => bar.count >= leastShare * totals.count);
  return bars
    .sort((a, b) => b.bar.meanProbability - a.bar.meanProbability)
    .slice(0, mostGroups)
    .map(({ label, bar }) => {
      const own = withColumn({ ...query, columns: '' }, bar.filter);
      return {
        label: `${label}: ${bar.words}`,
        /** Null: the filters ask about two columns already. */
        href: own && `/customers${h.query(own)}`,
        ...figuresOf(h, bar),
      };
    });
}

function figuresOf(h: ViewHelpers, { count, high, meanProbability, revenueAtRisk }: FigureBar) {
  return {
    customers: h.count(count),
    high: h.count(high),
    probability: h.rate(meanProbability),
    width: h.place(100 * meanProbability),
    revenueAtRisk: h.money(revenueAtRisk),
  };
}
