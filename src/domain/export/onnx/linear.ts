/** Logistic regression: what each cell adds to the log-odds; a broken line for a number, a table for levels. */
import { contributionTablesOf, type LinearModel } from '../../../ml/linear/contribution-tables.ts';
import { brokenLines, scaled, sumOf, whereMissing } from './arithmetic.ts';
import type { Graph } from './graph.ts';

export function addLinear(graph: Graph, model: LinearModel, columns: readonly string[]): string {
  const { baseMargin, columns: tables } = contributionTablesOf(model);
  const contributions = tables.map((table, j) => {
    const column = columns[j]!;
    if (table.kind === 'category')
      return graph.node('Gather', [graph.doubles(table.contributions, [table.contributions.length]), column]);
    const { knots, anchors, atAnchors, slopes, noValue } = table;
    // A knot on each outer side gives the slope beyond it.
    const all = [anchors[0]! - 1, ...(knots.length > 0 ? knots : anchors), anchors.at(-1)! + 1];
    const values = [
      atAnchors[0]! - slopes[0]!,
      ...(knots.length > 0 ? atAnchors.subarray(1) : atAnchors),
      atAnchors.at(-1)! + slopes.at(-1)!,
    ];
    const line = brokenLines(graph, column, { knots: all, values: values.map((value) => [value]) });
    return whereMissing(graph, column, noValue, line);
  });
  return graph.node('Sigmoid', [scaled(graph, sumOf(graph, contributions), 1, baseMargin)]);
}
