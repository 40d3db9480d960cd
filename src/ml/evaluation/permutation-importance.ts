/**
 * Permutation importance: how much the ROC AUC on held-out rows falls when the values of one column are shuffled among
 * them. A column that the model does not use has exactly 0.
 * References: Breiman (2001), Random Forests; Fisher, Rudin and Dominici (2019), All models are wrong, but many are useful.
 * Assumptions: columns vary independently. Of two columns with the same information each hides the other's importance.
 */
import { rocAuc } from './metrics.ts';
import { shuffle } from '../math/random.ts';
import type { Random } from '../math/random.ts';
import { takeRows } from '../data/table.ts';
import type { Table } from '../data/table.ts';

export interface PermutationImportance {
  readonly feature: string;
  /** Mean over the repeats; below 0 by chance alone. */
  readonly aucDrop: number;
  /** Standard deviation over the repeats. */
  readonly deviation: number;
}

/** Strongest first. `table` and `target` are rows that the model has not learned from; at most `maxRows` are used. */
export function permutationImportance(
  predict: (table: Table) => Float64Array,
  table: Table,
  target: Uint8Array,
  random: Random,
  { repeats = 3, maxRows = 2_000 }: { readonly repeats?: number; readonly maxRows?: number } = {},
): PermutationImportance[] {
  const rows = Int32Array.from(target.keys());
  shuffle(rows, random);
  const drawn = rows.slice(0, maxRows).sort();
  const sample = takeRows(table, drawn);
  const labels = Uint8Array.from(drawn, (row) => target[row]!);
  if (!labels.includes(0) || !labels.includes(1)) return [];
  const whole = rocAuc(predict(sample), labels);
  return sample.columns
    .map((column, j) => {
      const drops = Array.from(
        { length: repeats },
        () => whole - rocAuc(predict(withShuffled(sample, j, random)), labels),
      );
      const aucDrop = mean(drops);
      return {
        feature: column.name,
        aucDrop,
        deviation: Math.sqrt(mean(drops.map((drop) => (drop - aucDrop) ** 2))),
      };
    })
    .sort((a, b) => b.aucDrop - a.aucDrop);
}

function withShuffled(table: Table, place: number, random: Random): Table {
  const order = Int32Array.from({ length: table.rowCount }, (_, row) => row);
  shuffle(order, random);
  const [shuffled] = takeRows({ rowCount: table.rowCount, columns: [table.columns[place]!] }, order).columns;
  return { ...table, columns: table.columns.map((column, j) => (j === place ? shuffled! : column)) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
