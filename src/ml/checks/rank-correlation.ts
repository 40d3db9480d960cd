/**
 * Spearman's rank correlation: Pearson's r of the ranks. It finds any monotone relation, straight or not, and a few very large
 * values do not decide it.
 * Reference: Spearman (1904), The proof and measurement of association between two things. Equal values share the mean of
 * their ranks.
 */
import { pearson } from './association.ts';

/** −1 to 1, of the rows in which both are there; 0 for a constant column or too few rows. */
export function spearman(a: Float64Array, b: Float64Array): number {
  const isThere = (_: number, row: number): boolean => !Number.isNaN(a[row]!) && !Number.isNaN(b[row]!);
  return pearson(ranksOf(a.filter(isThere)), ranksOf(b.filter(isThere)));
}

/** From 1 on. */
function ranksOf(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values.keys()).sort((i, j) => values[i]! - values[j]!);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let place = from; place < to; place++) ranks[order[place]!] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}
