/**
 * Logistic regression: what each cell adds to the log-odds; a broken line for a number, a table for levels. Pairs of columns
 * that interact add what a table says of the two bins.
 */
import { contributionTablesOf, type LinearModel } from '../../../ml/linear/contribution-tables.ts';
import type { PairTable } from '../../../ml/linear/pairs.ts';
import { binCount, NO_VALUE_BIN, type FeatureBins } from '../../../ml/tree/bins.ts';
import { brokenLines, scaled, sumOf, whereMissing } from './arithmetic.ts';
import type { Graph } from './graph.ts';

/** Types of ONNX. */
const INT64 = 7;
const DOUBLE = 11;

export function addLinear(graph: Graph, model: LinearModel, columns: readonly string[]): string {
  const { baseMargin, columns: tables, pairs } = contributionTablesOf(model);
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
  const ofPairs = pairs.map((pair) => addPair(graph, pair, columns));
  return graph.node('Sigmoid', [scaled(graph, sumOf(graph, [...contributions, ...ofPairs]), 1, baseMargin)]);
}

function addPair(graph: Graph, { first, second }: PairTable, columns: readonly string[]): string {
  const [one, other] = [first, second].map(({ bins, column }) => addBin(graph, bins, columns[column]!));
  const code = graph.node('Add', [scaled(graph, one!, binCount(second.bins), 0), other!]);
  const both = first.contributions.map((part, i) => part + second.contributions[i]!);
  return graph.node('Gather', [
    graph.doubles(both, [both.length]),
    graph.node('Cast', [code], { to: { int: INT64 } }),
  ]);
}

/** The bin that binOfCell gives, as a double. */
function addBin(graph: Graph, bins: FeatureBins, column: string): string {
  if (bins.kind === 'category') {
    // By place: unseen, missing, then the levels.
    const ofPlace = [NO_VALUE_BIN, NO_VALUE_BIN, ...bins.binOfLevel];
    return graph.node('Gather', [graph.doubles(ofPlace, [ofPlace.length]), column]);
  }
  const count = bins.edges.length;
  const above = graph.node('GreaterOrEqual', [column, graph.doubles(bins.edges, [1, count])]);
  const ones = graph.doubles(new Float64Array(count).fill(1), [count, 1]);
  const edgesBelow = graph.node('MatMul', [graph.node('Cast', [above], { to: { int: DOUBLE } }), ones]);
  return whereMissing(graph, column, NO_VALUE_BIN, scaled(graph, edgesBelow, 1, 1));
}
