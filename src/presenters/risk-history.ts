/** Customers at risk and expected loss over the last files, as lines and as a table. */
import type { CsvCell } from '../domain/csv/writer.ts';
import type { BatchSummary } from '../store/batches.ts';
import type { ModelRecord } from '../store/models.ts';
import type { Segment } from '../store/segments.ts';
import type { Totals } from '../store/score-files/totals.ts';
import { hiddenFields, noValues, presentChips } from './filter-chips.ts';
import type { FilterValues } from './filter-chips.ts';
import { presentLineChart, roundTicksBetween } from './line-chart.ts';
import { presentSegmentFilter } from './prediction-filters.ts';
import type { ViewHelpers } from './view-helpers.ts';

type HistoryQuery = Pick<FilterValues, 'segment' | 'column' | 'level' | 'from' | 'to'>;

export interface ScoredFile {
  readonly file: BatchSummary;
  readonly totals: Totals;
}

export interface HistoryData {
  readonly query: HistoryQuery;
  /** The first file first; null: it could not be read in time. */
  readonly history: readonly ScoredFile[] | null;
  readonly segments: readonly Segment[];
  /** Archived ones included. */
  readonly models: readonly ModelRecord[];
}

export function presentRiskHistory(h: ViewHelpers, { query, history, segments, models }: HistoryData) {
  const counted = history?.filter(({ totals }) => totals.count > 0) ?? [];
  return {
    title: 'Risk over time',
    filters: presentSegmentFilter(segments, query.segment),
    hidden: hiddenFields(query, ['segment']),
    chips: presentChips(h, {
      query: { ...noValues, ...query },
      batches: [],
      models: [],
      segments,
      scoredBy: models,
    }),
    again: `/analytics/history${h.query(query)}`,
    csvHref: `/analytics/history.csv${h.query(query)}`,
    isLate: history === null,
    charts: counted.length < 2 ? null : presentCharts(h, counted),
    rows: counted.toReversed().map((one) => presentRow(h, query, one)),
  };
}

function presentCharts(h: ViewHelpers, history: readonly ScoredFile[]) {
  const shares = history.map(({ totals }) => totals.high / totals.count);
  const losses = history.map(({ totals }) => totals.revenueAtRisk);
  const known = losses.filter((loss) => loss !== null);
  return [
    {
      title: 'How many customers are at high risk?',
      chart: lineOf(h, history, { values: shares, text: h.rate }),
    },
    ...(known.length < 2
      ? []
      : [
          {
            title: 'How much monthly revenue is expected to be lost?',
            chart: lineOf(h, history, { values: losses, text: h.money }),
          },
        ]),
  ];
}

interface Line {
  /** One a file; null: not known. */
  readonly values: readonly (number | null)[];
  readonly text: (value: number) => string;
}

function lineOf(h: ViewHelpers, history: readonly ScoredFile[], { values, text }: Line) {
  const times = history.map(({ file }) => Date.parse(file.scoresAt ?? file.createdAt));
  const [first, last] = [times[0]!, times.at(-1)!];
  const placeOf = (i: number): number =>
    last > first ? (times[i]! - first) / (last - first) : i / (times.length - 1);
  const points = values.flatMap((y, i) => (y === null ? [] : [{ x: placeOf(i), y }]));
  const [from, to] = [points[0]!.y, points.at(-1)!.y];
  return presentLineChart({
    conclusion: `From ${text(from)} to ${text(to)}.`,
    xLabel: 'Scored',
    yLabel: '',
    points,
    xText: (x) => h.date(new Date(first + x * (last - first)).toISOString()),
    yText: text,
    yTicks: roundTicksBetween(0, Math.max(...points.map(({ y }) => y), 0.01)),
  });
}

function presentRow(h: ViewHelpers, query: HistoryQuery, { file, totals }: ScoredFile) {
  const list = { ...query, batch: file.id };
  return {
    name: file.originalName,
    scored: h.date(file.scoresAt ?? file.createdAt),
    href: `/customers${h.query(list)}`,
    customers: h.count(totals.count),
    high: h.count(totals.high),
    highHref: `/customers${h.query({ ...list, risk: 'high' })}`,
    share: h.rate(totals.high / totals.count),
    loss: h.money(totals.revenueAtRisk),
  };
}

export function riskHistoryCsv(history: readonly ScoredFile[]) {
  return {
    header: [
      'file',
      'scored_at',
      'customers',
      'high_risk',
      'medium_risk',
      'low_risk',
      'expected_monthly_loss',
    ],
    rows: history.map(({ file, totals }): CsvCell[] => [
      file.originalName,
      file.scoresAt,
      totals.count,
      totals.high,
      totals.medium,
      totals.low,
      totals.revenueAtRisk,
    ]),
  };
}
