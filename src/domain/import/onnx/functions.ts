/** Columns that are functions of one input, or of the probability that trees add up to. */
import { exactly, turnsOf, type Round } from '../curve.ts';
import { unusable } from '../outside-model.ts';
import {
  constant,
  costOf,
  type Column,
  type Ensemble,
  type FunctionColumn,
  type Score,
  type SumColumn,
  type TreeTerm,
} from './columns.ts';

/** Of a column: steps times bends, so that computing it stays quick, and no call too deep. */
const mostCost = 20_000_000;
const mostDepth = 100;

/** One number from one each of the columns, which are of the same input or constants. `name`: of the operator. */
export function combine(
  name: string,
  columns: readonly Column[],
  f: (values: readonly number[], round: Round) => number,
): Column {
  const parts = columns.map((column) => (column.kind === 'sum' ? scoreOf(name, column) : column));
  const functions = parts.filter((part) => part.kind === 'function');
  const [first] = functions;
  if (first === undefined) return constant(f(parts.map(constantOf(name)), Math.fround));
  if (functions.some(({ of }) => of !== first.of)) throw several(name);
  const readers = parts.map((part) => (part.kind === 'function' ? part.at : always(constantOf(name)(part))));
  return functionOf(name, {
    of: first.of,
    at: (cell, round) =>
      f(
        readers.map((at) => at(cell, round)),
        round,
      ),
    bends: union(functions.map(({ bends }) => bends)),
    size: functions.reduce((size, part) => size + part.size, parts.length),
    depth: 1 + Math.max(...functions.map(({ depth }) => depth)),
  });
}

export function isOfOneInput(columns: readonly Column[]): boolean {
  const functions = columns.filter((column) => column.kind !== 'constant');
  const [first] = functions;
  return functions.every(
    (column) => column.kind === 'function' && first?.kind === 'function' && column.of === first.of,
  );
}

/** With the bends where a condition on the column's own number changes. */
export function withTurns(
  name: string,
  column: Column,
  ...conditions: readonly ((value: number) => boolean)[]
): Column {
  if (column.kind === 'sum') return withTurns(name, scoreOf(name, column), ...conditions);
  if (column.kind !== 'function') return column;
  const { at, bends } = column;
  const turns = conditions.flatMap((condition) => turnsOf((cell) => condition(at(cell, exactly)), bends));
  return { ...column, bends: union([bends, turns]) };
}

/** Trees may give a probability by themselves, of which more is computed: what they add up to, as a function of that. */
export function scoreOf(name: string, { terms, trees, constant: shift }: SumColumn): FunctionColumn {
  const [term, another] = trees;
  if (terms.length > 0 || term === undefined || another !== undefined) throw several(name);
  const score = scoreOfTrees(term);
  const slope = term.factor / score.sum.trees[0]!.factor;
  return { kind: 'function', of: score, at: (p) => Number(p) * slope + shift, bends: [], size: 1, depth: 1 };
}

/** The same trees give the same score, whatever else was done to it in between. */
const scores = new WeakMap<Ensemble, Map<number, Score>>();

function scoreOfTrees(term: TreeTerm): Score {
  const known = scores.get(term.ensemble) ?? new Map<number, Score>();
  scores.set(term.ensemble, known);
  const sum: SumColumn = { kind: 'sum', constant: 0, terms: [], trees: [term] };
  const score = known.get(term.target) ?? { sum, sumIs: 'probability' };
  known.set(term.target, score);
  return score;
}

function functionOf(name: string, parts: Omit<FunctionColumn, 'kind'>): FunctionColumn {
  const column = { kind: 'function', ...parts } as const;
  if (parts.depth > mostDepth || costOf(column) > mostCost)
    throw unusable(`The operator ${name} makes a curve of too many steps.`);
  return column;
}

function constantOf(name: string) {
  return (column: Column): number => {
    if (column.kind === 'constant') return column.value;
    throw takesText(name);
  };
}

export function takesText(name: string) {
  return unusable(`The operator ${name} takes text, which cannot be imported.`);
}

function always(value: number) {
  return () => value;
}

export function several(name: string) {
  return unusable(
    `The operator ${name} works on several inputs together. Only trees, and sums of what each input adds, can be imported.`,
  );
}

function union(lists: readonly (readonly number[])[]): number[] {
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}
