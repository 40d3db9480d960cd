/** Risk by two columns: a table shaded by the average churn probability, whose cells open their lists. */
import type { Figure, FigureBar } from '../domain/analytics/analytics.ts';
import type { PairCell } from '../domain/analytics/pairs.ts';
import type { CsvCell } from '../domain/csv/writer.ts';
import type { UnreadableScores } from '../store/score-files/damage.ts';
import type { Totals } from '../store/score-files/totals.ts';
import { hiddenFields, presentChips, withColumn } from './filter-chips.ts';
import type { ChipData, FilterValues } from './filter-chips.ts';
import { presentPopulation } from './population.ts';
import { presentBatchFilter, presentRiskFilter, presentSegmentFilter } from './prediction-filters.ts';
import { presentUnreadable } from './unreadable-scores.ts';
import type { ViewHelpers } from './view-helpers.ts';

type PairQuery = FilterValues & { readonly down: string; readonly across: string };
type Cells = readonly (readonly (PairCell | null)[])[];

export interface PairData extends Omit<ChipData, 'query'> {
  readonly query: PairQuery;
  readonly totals: Totals;
  /** Null: they could not be read. */
  readonly figures: readonly Figure[] | null;
  /** Null: there are not two columns to show. */
  readonly pair: readonly [Figure, Figure] | null;
  /** A row a group of the first column; null: they could not be read. */
  readonly cells: Cells | null;
  readonly leftOut: readonly string[];
  readonly unreadable: readonly UnreadableScores[];
}

const shades = 5;

export function presentPair(h: ViewHelpers, data: PairData) {
  const { query, figures, pair, cells } = data;
  const shown = { ...query, down: pair?.[0].column ?? query.down, across: pair?.[1].column ?? query.across };
  return {
    title: 'Risk by two columns',
    filters: [
      columnSelect(figures ?? [], { name: 'down', label: 'Rows', value: shown.down }),
      columnSelect(figures ?? [], { name: 'across', label: 'Columns', value: shown.across }),
      presentBatchFilter(h, data.batches, query.batch),
      presentRiskFilter(h, query.risk),
      ...presentSegmentFilter(data.segments, query.segment),
    ],
    hidden: hiddenFields(query, ['down', 'across', 'batch', 'risk', 'segment']),
    chips: presentChips(h, data),
    notices: presentPopulation({ leftOut: data.leftOut, hasFilter: true }),
    unreadable: presentUnreadable(h, data.unreadable),
    again: `/analytics/pairs${h.query(shown)}`,
    csvHref: `/analytics/pairs.csv${h.query(shown)}`,
    isEmpty: figures !== null && pair === null,
    figure: pair && cells ? presentFigure(h, data, { pair, cells }) : null,
  };
}

function columnSelect(
  figures: readonly Figure[],
  field: { readonly name: string; readonly label: string; readonly value: string },
) {
  return { ...field, options: figures.map(({ column, label }) => ({ value: column, label })) };
}

function presentFigure(
  h: ViewHelpers,
  data: PairData,
  { pair: [down, across], cells }: { readonly pair: readonly [Figure, Figure]; readonly cells: Cells },
) {
  const most = Math.max(...cells.flat().map((cell) => cell?.meanProbability ?? 0));
  const hrefOf = pairHref(h, data.query);
  return {
    title: `Risk by: ${down.label} and ${across.label}`,
    downLabel: down.label,
    heads: across.bars.map(({ words }) => words),
    rows: down.bars.map((bar, i) => ({
      label: bar.words,
      cells: across.bars.map((other, j) => {
        const cell = cells[i]![j] ?? null;
        return cell && { ...presentCell(h, cell), shade: shadeOf(cell, most), href: hrefOf(bar, other) };
      }),
    })),
  };
}

function presentCell(h: ViewHelpers, { meanProbability, count, revenueAtRisk }: PairCell) {
  return {
    probability: h.rate(meanProbability),
    customers: h.plural(count, 'customer'),
    loss: h.money(revenueAtRisk),
  };
}

function shadeOf({ meanProbability }: PairCell, most: number): number {
  return most === 0 ? 0 : Math.ceil((shades * meanProbability) / most);
}

/** Null where the page is filtered by a column itself: a list can ask about two. */
function pairHref(h: ViewHelpers, query: PairQuery) {
  return ({ filter: one }: FigureBar, { filter: other }: FigureBar): string | null => {
    const both = withColumn(withColumn({ ...query, down: null, across: null }, one), other);
    return both && `/customers${h.query(both)}`;
  };
}

export function pairCsv([down, across]: readonly [Figure, Figure], cells: Cells) {
  const rows = down.bars.flatMap((bar, i) =>
    across.bars.map((other, j): CsvCell[] => {
      const cell = cells[i]![j] ?? null;
      const figures = [cell?.count, cell?.meanProbability, cell?.high, cell?.revenueAtRisk];
      return [bar.words, other.words, ...figures.map((figure) => figure ?? null)];
    }),
  );
  const figureNames = ['customers', 'average_churn_probability', 'high_risk', 'expected_monthly_loss'];
  return { header: [down.column, across.column, ...figureNames], rows };
}
