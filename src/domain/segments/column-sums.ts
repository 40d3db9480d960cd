/** Sums of customers' columns, from which means and shares follow: one pass over the scores. */
import type { Moments } from '../../ml/clusters/distinctions.ts';
import type { Feature } from '../../ml/data/schema.ts';
import type { PredictionFilter } from '../../store/prediction-filters.ts';
import { visitFigureColumns } from '../../store/score-files/figures.ts';
import type { FigureGroup } from '../../store/score-files/figures.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';

/** Of the values that are known, each less `shift`: squares of large numbers would lose their last digits. */
export interface NumberSums {
  readonly kind: 'number';
  readonly name: string;
  readonly shift: number;
  count: number;
  sum: number;
  squares: number;
}

export interface LevelSums {
  readonly kind: 'level';
  readonly name: string;
  /** Customers by level; '' where none is known. */
  readonly counts: Map<string, number>;
}

export type ColumnSums = NumberSums | LevelSums;

/** One entry a feature that is no date. */
export async function sumColumns(
  store: ScoreStore,
  features: readonly Feature[],
  filter: PredictionFilter,
): Promise<ColumnSums[]> {
  const columns = features.filter(({ type }) => type !== 'date').map(toSums);
  await visitFigureColumns(store, filter, (group) => {
    for (const column of columns)
      if (column.kind === 'number') addNumbers(column, group);
      else addLevels(column, group);
  });
  return columns;
}

function toSums({ name, range }: Feature): ColumnSums {
  return range === null
    ? { kind: 'level', name, counts: new Map() }
    : { kind: 'number', name, shift: range.median, count: 0, sum: 0, squares: 0 };
}

function addNumbers(column: NumberSums, group: FigureGroup): void {
  const input = group.input(column.name);
  if (input?.kind !== 'number') return;
  const { values } = input;
  let { count, sum, squares } = column;
  for (const row of group.rows) {
    const value = values[row]! - column.shift;
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
    squares += value * value;
  }
  Object.assign(column, { count, sum, squares });
}

function addLevels({ name, counts }: LevelSums, group: FigureGroup): void {
  const input = group.input(name);
  if (input?.kind !== 'level') return;
  const { codes, others } = input;
  const texts = ['', ...(group.levelsOf(name) ?? []), ...others];
  const found = new Float64Array(texts.length);
  for (const row of group.rows) found[codes[row]! + 1]!++;
  found.forEach((count, place) => {
    if (count > 0) counts.set(texts[place]!, (counts.get(texts[place]!) ?? 0) + count);
  });
}

/** Of the customers of `all` who are not among those of `part`. */
export function withoutPart(all: ColumnSums, part: ColumnSums): ColumnSums {
  if (all.kind === 'number' && part.kind === 'number')
    return {
      ...all,
      count: all.count - part.count,
      sum: all.sum - part.sum,
      squares: all.squares - part.squares,
    };
  if (all.kind === 'number' || part.kind === 'number')
    throw new TypeError('sums of the same column are taken off');
  const counts = [...all.counts].map(([level, count]): [string, number] => [
    level,
    count - (part.counts.get(level) ?? 0),
  ]);
  return { ...all, counts: new Map(counts.filter(([, count]) => count > 0)) };
}

export function momentsOf({ count, shift, sum, squares }: NumberSums): Moments {
  return {
    count,
    mean: shift + sum / count,
    variance: Math.max(0, squares - sum ** 2 / count) / (count - 1),
  };
}
