/** What sets the customers of a segment apart from all others of the population. */
import { findDistinctions } from '../../ml/clusters/distinctions.ts';
import type { ComparedColumn, Distinction } from '../../ml/clusters/distinctions.ts';
import { momentsOf, withoutPart } from './column-sums.ts';
import type { ColumnSums } from './column-sums.ts';

/** In standard deviations: smaller differences are of no use to anybody, however certain they are. */
const smallest = 0.2;
const most = 8;

/** The largest first. `inside` and `all` are sums of the same columns. */
export function distinctionsOf(inside: readonly ColumnSums[], all: readonly ColumnSums[]): Distinction[] {
  const columns = inside.map((column, j) => compare(column, withoutPart(all[j]!, column)));
  return findDistinctions(columns)
    .filter(({ isFound, size }) => isFound && Math.abs(size) >= smallest)
    .slice(0, most);
}

function compare(inside: ColumnSums, outside: ColumnSums): ComparedColumn {
  if (inside.kind === 'level' && outside.kind === 'level')
    return { kind: 'level', name: inside.name, inside: inside.counts, outside: outside.counts };
  if (inside.kind === 'level' || outside.kind === 'level')
    throw new TypeError('a column is compared with itself');
  return { kind: 'number', name: inside.name, inside: momentsOf(inside), outside: momentsOf(outside) };
}
