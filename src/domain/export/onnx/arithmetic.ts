/** Arithmetic on columns of a graph, each of one double a row unless it says otherwise. */
import type { Graph } from './graph.ts';

export function sumOf(graph: Graph, columns: readonly string[]): string {
  return columns.reduce((sum, column) => graph.node('Add', [sum, column]));
}

/** factor × column + shift */
export function scaled(graph: Graph, column: string, factor: number, shift: number): string {
  return graph.node('Add', [graph.node('Mul', [column, graph.doubles([factor])]), graph.doubles([shift])]);
}

/** Log-odds of a probability that is cut to [cut, 1 − cut]. */
export function cutLogit(graph: Graph, probability: string, cut: number): string {
  const p = graph.node('Clip', [probability, graph.doubles([cut]), graph.doubles([1 - cut])]);
  return graph.node('Log', [graph.node('Div', [p, graph.node('Sub', [graph.doubles([1]), p])])]);
}

/** `value` in rows where the column is missing. */
export function whereMissing(graph: Graph, column: string, value: number, other: string): string {
  return graph.node('Where', [graph.node('IsNaN', [column]), graph.doubles([value]), other]);
}

/** Broken lines through the same knots: at each knot a value for each of them. */
export interface BrokenLines {
  /** Ascending, at least two. */
  readonly knots: readonly number[];
  /** `values[k]` at knot k, one a line. */
  readonly values: readonly (readonly number[])[];
}

/** As many columns as there are lines; they go on straight beyond the first and the last knot. */
export function brokenLines(graph: Graph, column: string, { knots, values }: BrokenLines): string {
  const lines = values[0]!.map((_, line) => line);
  const slopeOf = (line: number, k: number) =>
    (values[k + 1]![line]! - values[k]![line]!) / (knots[k + 1]! - knots[k]!);
  const first = graph.doubles([knots[0]!]);
  const straight = graph.node('Add', [
    graph.node('MatMul', [
      graph.node('Sub', [column, first]),
      graph.doubles(
        lines.map((line) => slopeOf(line, 0)),
        [1, lines.length],
      ),
    ]),
    graph.doubles(values[0]!, [1, lines.length]),
  ]);
  const inner = knots.slice(1, -1);
  if (inner.length === 0) return straight;
  const bends = inner.flatMap((_, i) => lines.map((line) => slopeOf(line, i + 1) - slopeOf(line, i)));
  const hinges = graph.node('Relu', [graph.node('Sub', [column, graph.doubles(inner, [1, inner.length])])]);
  return graph.node('Add', [
    straight,
    graph.node('MatMul', [hinges, graph.doubles(bends, [inner.length, lines.length])]),
  ]);
}
