/** How customers moved between the risk levels of two files: a table whose cells open their lists, and why. */
import type { ComparedFiles } from '../domain/analytics/compared-files.ts';
import type { CsvCell } from '../domain/csv/writer.ts';
import { featureWords } from '../domain/scoring/feature-words.ts';
import type { ModelRecord } from '../store/models.ts';
import type { MoveCell, Movement, ReasonChange } from '../store/score-files/movement.ts';
import type { UnreadableScores } from '../store/score-files/damage.ts';
import type { Segment } from '../store/segments.ts';
import { hiddenFields, noValues, presentChips } from './filter-chips.ts';
import type { FilterValues } from './filter-chips.ts';
import { presentBatchFilter, presentSegmentFilter } from './prediction-filters.ts';
import { presentUnreadable } from './unreadable-scores.ts';
import type { RiskWord, ViewHelpers } from './view-helpers.ts';

type MovementQuery = Pick<
  FilterValues,
  'batch' | 'compared' | 'segment' | 'search' | 'column' | 'level' | 'from' | 'to'
>;

export interface MovementData extends ComparedFiles {
  readonly query: MovementQuery;
  /** Null: it could not be read in time, or there is nothing to compare. */
  readonly movement: Movement | null;
  readonly segments: readonly Segment[];
  readonly scoredBy: readonly ModelRecord[];
  readonly unreadable: readonly UnreadableScores[];
}

const levels = ['high', 'medium', 'low'] as const;
const shades = 5;

export function presentMovement(h: ViewHelpers, data: MovementData) {
  const { query, files, later, earlier, movement } = data;
  const chosen = { ...query, batch: later?.id ?? query.batch, compared: earlier?.id ?? query.compared };
  return {
    title: 'Movement between files',
    filters: presentFilters(h, data),
    hidden: hiddenFields(query, ['batch', 'compared', 'segment']),
    chips: presentChips(h, {
      query: { ...noValues, ...query, batch: '', compared: '' },
      batches: files,
      models: [],
      segments: data.segments,
      scoredBy: data.scoredBy,
    }).map((chip) => ({
      ...chip,
      href: `${chip.href}${h.query({ batch: query.batch, compared: query.compared }).replace('?', '&')}`,
    })),
    unreadable: presentUnreadable(h, data.unreadable),
    isEmpty: earlier === null,
    again: `/analytics/movement${h.query(chosen)}`,
    csvHref: `/analytics/movement.csv${h.query(chosen)}`,
    names: { earlier: earlier?.name ?? '', later: later?.originalName ?? '' },
    figure: movement && later && earlier ? presentFigure(h, data, movement) : null,
  };
}

function presentFilters(
  h: ViewHelpers,
  { query, files, later, earlier, candidates, segments }: MovementData,
) {
  const before = candidates.map(({ id, name, createdAt }) => ({
    value: id,
    label: `${name}, ${h.date(createdAt)}`,
  }));
  const { options, ...select } = presentBatchFilter(h, files, later?.id ?? query.batch);
  return [
    { ...select, label: 'Later file', options: options.slice(1) },
    { name: 'compared', label: 'Earlier file', value: earlier?.id ?? '', options: before },
    ...presentSegmentFilter(segments, query.segment),
  ];
}

function presentFigure(h: ViewHelpers, data: MovementData, movement: Movement) {
  const most = Math.max(1, ...movement.cells.map(({ customers }) => customers));
  const cellOf = (before: RiskWord | null, now: RiskWord | null) =>
    presentCell(h, data, { ...findCell(movement, before, now), most });
  const nowHeads = levels.map((level) => `${h.riskWord(level)} now`);
  return {
    summary: summaryOf(h, movement),
    heads: [...nowHeads, 'Not in the later file'],
    rows: [
      ...levels.map((before) => ({
        label: `${h.riskWord(before)} before`,
        cells: [...levels, null].map((now) => cellOf(before, now)),
      })),
      { label: 'Not in the earlier file', cells: levels.map((now) => cellOf(null, now)) },
    ],
    withoutId: movement.withoutId === 0 ? null : h.plural(movement.withoutId, 'row'),
    whys: [
      { title: 'Why did risk rise?', reasons: presentReasons(h, data, movement.rose) },
      { title: 'Why did risk fall?', reasons: presentReasons(h, data, movement.fell) },
    ],
  };
}

function findCell({ cells }: Movement, before: RiskWord | null, now: RiskWord | null): MoveCell {
  return cells.find((cell) => cell.before === before && cell.now === now)!;
}

function presentCell(
  h: ViewHelpers,
  { query, later, earlier }: MovementData,
  { before, now, customers, revenue, most }: MoveCell & { readonly most: number },
) {
  const files =
    now === null
      ? { batch: earlier!.id, compared: later!.id, there: 'none', risk: before }
      : { batch: later!.id, compared: earlier!.id, there: before ?? 'none', risk: now };
  return {
    href: customers === 0 ? null : `/customers${h.query(query, files)}`,
    customers: h.count(customers),
    revenue: h.money(revenue),
    /** From 0, the palest, to `shades`. */
    shade: Math.ceil((shades * customers) / most),
    isStaying: before === now,
  };
}

function summaryOf(h: ViewHelpers, movement: Movement): string {
  const { rose, fell } = movedTotals(movement);
  const pay = ({ revenue }: MoveTotal): string =>
    revenue === null ? '' : `, who pay ${h.money(revenue)} a month`;
  return (
    `${h.plural(rose.customers, 'customer')} moved to a higher risk level${pay(rose)}; ` +
    `${h.plural(fell.customers, 'customer')} moved to a lower one${pay(fell)}.`
  );
}

/** Of all who moved to a higher or a lower level, and of those who are only in the later file. */
export function movedTotals({ cells }: Movement) {
  const rank = (level: RiskWord | null): number => (level === null ? NaN : levels.indexOf(level));
  return {
    rose: together(cells.filter(({ before, now }) => rank(now) < rank(before))),
    fell: together(cells.filter(({ before, now }) => rank(now) > rank(before))),
    isNew: together(cells.filter(({ before }) => before === null)),
  };
}

type MoveTotal = Pick<MoveCell, 'customers' | 'revenue'>;

function together(cells: readonly MoveCell[]): MoveTotal {
  const known = cells.flatMap(({ revenue }) => (revenue === null ? [] : [revenue]));
  return {
    customers: cells.reduce((sum, { customers }) => sum + customers, 0),
    revenue: known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0),
  };
}

/** Reasons that are shown. */
const mostReasons = 6;
/** Smaller changes are not worth a line, in probability. */
const leastChange = 0.0005;

function presentReasons(h: ViewHelpers, { scoredBy, later }: MovementData, changes: readonly ReasonChange[]) {
  const words = featureWords(scoredBy.find(({ id }) => id === later?.modelId)?.schema);
  return changes
    .filter(({ change }) => Math.abs(change) >= leastChange)
    .slice(0, mostReasons)
    .map(({ feature, change }) => ({ feature: words.title(feature), change: h.points(change) }));
}

/** Customers by level before and now; blank: not in that file. */
export function movementCsv({ cells }: Movement): { header: string[]; rows: CsvCell[][] } {
  return {
    header: ['level_before', 'level_now', 'customers', 'monthly_revenue'],
    rows: cells.map(({ before, now, customers, revenue }) => [before, now, customers, revenue]),
  };
}
