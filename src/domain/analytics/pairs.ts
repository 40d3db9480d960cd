/** Risk by the values of two columns together: the groups of both columns' figures, crossed. */
import type { PredictionFilter } from '../../store/prediction-filters.ts';
import { visitFigureColumns } from '../../store/score-files/figures.ts';
import type { FigureGroup } from '../../store/score-files/figures.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { getSettings } from '../../store/settings.ts';
import { minCustomers } from './analytics.ts';
import type { Figure, FigureBar } from './analytics.ts';

type GroupFilter = FigureBar['filter'];

/** One column, and the groups that its figure shows; customers in none of them are not counted. */
export interface Axis {
  readonly column: string;
  readonly groups: readonly GroupFilter[];
}

export function toAxis({ column, bars }: Figure): Axis {
  return { column, groups: bars.map(({ filter }) => filter) };
}

export interface PairCell {
  readonly count: number;
  readonly meanProbability: number;
  readonly high: number;
  /** Null: the monthly revenue of none of them is known. */
  readonly revenueAtRisk: number | null;
}

/** Of a cell: count, Σ probability, high, valued, Σ probability × revenue. */
const width = 5;

/** A row a group of the first axis, an entry a group of the second; null: too few customers. */
export async function sumPair(
  store: ScoreStore,
  filter: PredictionFilter,
  [down, across]: readonly [Axis, Axis],
): Promise<(PairCell | null)[][]> {
  const { highFrom } = await getSettings(store.db);
  const columns = across.groups.length;
  const sums = new Float64Array(down.groups.length * columns * width);
  await visitFigureColumns(store, filter, (scores) => {
    const [first, second] = [placesOf(scores, down), placesOf(scores, across)];
    const { probability, monthlyValue, rows } = scores;
    for (const row of rows) {
      if (first[row]! < 0 || second[row]! < 0) continue;
      const at = (first[row]! * columns + second[row]!) * width;
      const value = probability[row]! * monthlyValue[row]!;
      sums[at]!++;
      sums[at + 1]! += probability[row]!;
      if (probability[row]! >= highFrom) sums[at + 2]!++;
      if (Number.isNaN(value)) continue;
      sums[at + 3]!++;
      sums[at + 4]! += value;
    }
  });
  return down.groups.map((_, i) =>
    across.groups.map((__, j) => toCell(sums.subarray((i * columns + j) * width))),
  );
}

function toCell(sums: Float64Array): PairCell | null {
  const [count, probabilities, high, valued, revenueAtRisk] = sums as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (count < minCustomers) return null;
  return {
    count,
    meanProbability: probabilities / count,
    high,
    revenueAtRisk: valued === 0 ? null : revenueAtRisk,
  };
}

/** By row the number of its group; -1: none of them. */
export function placesOf(scores: FigureGroup, { column, groups }: Axis): Int32Array {
  const { rows } = scores;
  const unknown = groups.findIndex(({ level }) => level === '');
  const places = new Int32Array((rows.at(-1) ?? -1) + 1).fill(unknown);
  const input = scores.input(column);
  if (input?.kind === 'number') {
    const placeOf = intervalPlaces(groups);
    for (const row of rows) if (!Number.isNaN(input.values[row]!)) places[row] = placeOf(input.values[row]!);
  } else if (input) {
    const texts = [...(scores.levelsOf(column) ?? []), ...input.others];
    const placesOfCodes = texts.map((text) => groups.findIndex(({ level }) => level === text));
    for (const row of rows) if (input.codes[row]! >= 0) places[row] = placesOfCodes[input.codes[row]!]!;
  }
  return places;
}

/** Intervals are [from, to), open on a side that has no edge. */
function intervalPlaces(groups: readonly GroupFilter[]): (value: number) => number {
  const low = groups.map(({ level, from }) => (level === undefined ? (from ?? -Infinity) : Infinity));
  const high = groups.map(({ to }) => to ?? Infinity);
  return (value) => {
    for (let place = 0; place < low.length; place++)
      if (value >= low[place]! && value < high[place]!) return place;
    return -1;
  };
}
