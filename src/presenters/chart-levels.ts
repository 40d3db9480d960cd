/** Risk by the values of one column, as a chart and as a table. */
import type { Figure, FigureBar } from '../domain/analytics/analytics.ts';
import { withColumn } from './filter-chips.ts';
import { presentBars } from './chart.ts';
import type { BarChart } from './chart.ts';
import type { QueryValues, ViewHelpers } from './view-helpers.ts';

export interface LevelChart {
  readonly title: string;
  readonly conclusion: string;
  readonly chart: BarChart;
  readonly groups: readonly {
    readonly label: string;
    /** Null: a list cannot ask about so many columns. */
    readonly href: string | null;
    readonly probability: string;
    readonly customers: string;
    readonly high: string;
    readonly revenueAtRisk: string;
  }[];
}

interface LevelOptions {
  readonly query: QueryValues;
  /** The highest mean of all charts on the page: bars of two charts can be compared. */
  readonly max: number;
}

/** Risk by the values of one column. */
export function presentLevelChart(h: ViewHelpers, figure: Figure, options: LevelOptions): LevelChart {
  const href = (bar: FigureBar): string | null => {
    const query = withColumn(options.query, bar.filter);
    return query && `/customers${h.query(query)}`;
  };
  const top = figure.bars.reduce((best, bar) => (bar.meanProbability > best.meanProbability ? bar : best));
  return {
    title: `Risk by: ${figure.label}`,
    conclusion: `Highest for ${top.words}: ${h.rate(top.meanProbability)} on average.`,
    chart: presentBars(
      figure.bars.map((bar) => ({ label: bar.words, href: href(bar), value: bar.meanProbability })),
      {
        caption: `Average churn probability by ${figure.label}`,
        labelHeading: figure.label,
        valueHeading: 'Average churn probability',
        valueText: h.rate,
        tickText: h.share,
        max: options.max,
      },
    ),
    groups: figure.bars.map((bar) => ({
      label: bar.words,
      href: href(bar),
      probability: h.rate(bar.meanProbability),
      customers: h.count(bar.count),
      high: h.count(bar.high),
      revenueAtRisk: h.money(bar.revenueAtRisk),
    })),
  };
}

/** On one scale. */
export function presentLevelCharts(
  h: ViewHelpers,
  figures: readonly Figure[],
  query: QueryValues,
): LevelChart[] {
  const max = Math.max(0, ...figures.flatMap(({ bars }) => bars.map((bar) => bar.meanProbability)));
  return figures.map((figure) => presentLevelChart(h, figure, { query, max }));
}
