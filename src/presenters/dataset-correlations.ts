/** Correlations between columns: the strongest pairs, and all of them as a table. */
import type { DatasetProfile } from '../domain/datasets/profile/profile.ts';
import type { ViewHelpers } from './view-helpers.ts';

const mostPairs = 30;

export function presentCorrelations(h: ViewHelpers, matrix: DatasetProfile['matrix']) {
  if (matrix === null) return null;
  const { names, values } = matrix;
  const between = (i: number, j: number): number => values[i * names.length + j] ?? 0;
  const pairs = names
    .flatMap((a, i) => names.slice(i + 1).map((b, k) => ({ a, b, value: between(i, i + 1 + k) })))
    .sort((x, y) => Math.abs(y.value) - Math.abs(x.value))
    .slice(0, mostPairs);
  return {
    title: `The ${h.plural(pairs.length, 'strongest pair')}`,
    pairs: pairs.map(({ a, b, value }) => ({ a, b, value: h.metric(value) })),
    names,
    rows: names.map((name, i) => ({ name, values: names.map((_, j) => h.metric(between(i, j))) })),
  };
}
