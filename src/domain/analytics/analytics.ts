/** Risk by the values of the active model's columns: which columns are worth a figure, and their groups. */
import type { Feature, Schema } from '../../ml/data/schema.ts';
import type { PredictionFilter } from '../../store/prediction-filters.ts';
import { visitFigureColumns } from '../../store/score-files/figures.ts';
import type { FigureGroup } from '../../store/score-files/figures.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { getSettings } from '../../store/settings.ts';
import { featureTitleWithUnit, levelText } from '../scoring/feature-words.ts';
import { createGroupSums, notKnownKey } from './group-sums.ts';
import type { Group, GroupSums } from './group-sums.ts';
import { gridOf, groupNames, isBetween, roundEdges } from './number-groups.ts';

export interface FigureBar {
  /** The label of the bar. */
  readonly words: string;
  readonly count: number;
  readonly meanProbability: number;
  readonly high: number;
  readonly revenueAtRisk: number | null;
  /** The filter of the list for this bar. */
  readonly filter: {
    readonly column: string;
    readonly level?: string;
    readonly from?: number;
    readonly to?: number;
  };
}

export interface Figure {
  readonly column: string;
  readonly label: string;
  readonly bars: readonly FigureBar[];
  /** Difference between the highest and the lowest mean probability of a bar. */
  readonly spread: number;
}

const notKnown = 'Not known';
const maxLevels = 12;
/** Groups of a number, each with about the same number of customers. */
const maxGroups = 6;
/** Fewer customers are too few for a mean, and could identify single people. */
export const minCustomers = 5;

/**
 * One figure per column, the largest spread first. One pass over all matching customers, whatever the number
 * of columns; only the groups are kept.
 */
export async function listFigures(
  store: ScoreStore,
  schema: Schema,
  filter: PredictionFilter,
): Promise<Figure[]> {
  const { highFrom } = await getSettings(store.db);
  const groupings = schema.features.flatMap(createGrouping);
  await visitFigureColumns(store, filter, (scores) => {
    for (const grouping of groupings) add(grouping, scores, highFrom);
  });
  return groupings.flatMap(toFigure).sort((a, b) => b.spread - a.spread);
}

/** The columns that the model relies on most first; those it does not rank keep their order, at the end. */
export function orderByImportance(
  figures: readonly Figure[],
  importance: readonly { readonly feature: string }[],
): Figure[] {
  const places = new Map(importance.map(({ feature }, place) => [feature, place]));
  const placeOf = ({ column }: Figure): number => places.get(column) ?? importance.length;
  return figures.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** The first columns with few levels, such as a contract. */
export function pickCategories(figures: readonly Figure[], schema: Schema, count: number): Figure[] {
  const categories = new Set(
    schema.features.filter((feature) => feature.range === null).map((feature) => feature.name),
  );
  return figures.filter((figure) => categories.has(figure.column) && figure.bars.length <= 6).slice(0, count);
}

/** How customers fall into the groups of one column. */
interface Grouping {
  readonly feature: Feature;
  /** By level, or by the cell that a number lies in; '' where the value is not known. */
  readonly sums: GroupSums;
}

/** None for a column without a figure, such as a date. */
function createGrouping(feature: Feature): Grouping[] {
  if (feature.type === 'date') return [];
  return [{ feature, sums: createGroupSums(feature.range === null ? String : gridOf(feature.range)) }];
}

function add({ feature, sums }: Grouping, scores: FigureGroup, highFrom: number): void {
  const { probability, monthlyValue, rows } = scores;
  const summed = { probability, monthlyValue, rows, highFrom };
  const column = scores.input(feature.name);
  if (column === undefined) sums.addUnknown(summed);
  else if (column.kind === 'number') sums.addNumbers(summed, column.values);
  else if (feature.range === null) sums.addLevels(summed, column, scores.levelsOf(feature.name) ?? []);
  // Text where the model takes a number is in no group.
  else sums.addUnknown({ ...summed, rows: rows.filter((row) => column.codes[row]! < 0) });
}

function toFigure(grouping: Grouping): Figure[] {
  const all = grouping.feature.range === null ? levelBars(grouping) : intervalBars(grouping);
  const bars = all.filter((bar) => bar.count >= minCustomers);
  if (bars.length < 2) return [];
  const means = bars.map((bar) => bar.meanProbability);
  const spread = Math.max(...means) - Math.min(...means);
  return [{ column: grouping.feature.name, label: featureTitleWithUnit(grouping.feature), bars, spread }];
}

/** The most frequent levels, the highest risk first. */
function levelBars({ feature, sums }: Grouping): FigureBar[] {
  return sums
    .list()
    .sort(([, a], [, b]) => b.count - a.count)
    .slice(0, maxLevels)
    .map(([level, group]) =>
      toBar(
        group,
        level === notKnownKey ? notKnown : levelText(feature, String(level)),
        levelFilter(feature, level),
      ),
    )
    .sort((a, b) => b.meanProbability - a.meanProbability);
}

/** From the lowest interval to the highest, then those who have no value. */
function intervalBars({ feature, sums }: Grouping): FigureBar[] {
  const groups = sums.list();
  const cells = groups
    .flatMap(([from, group]) => (typeof from === 'number' ? [{ from, group, count: group.count }] : []))
    .sort((a, b) => a.from - b.from);
  const edges = roundEdges(cells, maxGroups);
  const bars = groupNames(cells, edges, feature.range!).map((name, i) => {
    const [from, to] = [edges[i - 1], edges[i]];
    const inside = cells.filter((cell) => isBetween(cell.from, from, to));
    // The outer bars are open: a customer outside the training range belongs to them.
    const filter = {
      column: feature.name,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    };
    return toBar(together(inside.map(({ group }) => group)), name, filter);
  });
  const unknown = groups.find(([key]) => key === notKnownKey)?.[1];
  return unknown ? [...bars, toBar(unknown, notKnown, levelFilter(feature, notKnownKey))] : bars;
}

function together(groups: readonly Group[]): Group {
  const sum = (of: (group: Group) => number): number => groups.reduce((total, group) => total + of(group), 0);
  return {
    count: sum(({ count }) => count),
    probabilities: sum(({ probabilities }) => probabilities),
    high: sum(({ high }) => high),
    valued: sum(({ valued }) => valued),
    revenueAtRisk: sum(({ revenueAtRisk }) => revenueAtRisk),
  };
}

function levelFilter({ name }: Feature, level: string | number): FigureBar['filter'] {
  return { column: name, level: String(level) };
}

function toBar(group: Group, words: string, filter: FigureBar['filter']): FigureBar {
  return {
    words,
    filter,
    count: group.count,
    meanProbability: group.probabilities / group.count,
    high: group.high,
    revenueAtRisk: group.valued === 0 ? null : group.revenueAtRisk,
  };
}
