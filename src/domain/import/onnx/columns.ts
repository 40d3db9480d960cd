/**
 * What an operator gives, told without any rows: each column as what it computes from the inputs. A column is a function of one
 * input, or a sum of such functions and of trees, or a function of such a sum. More cannot be imported.
 */
import type { Cell, Curve } from '../curve.ts';
import type { OutsideTree } from '../outside-model.ts';

export type Column = ConstantColumn | TextColumn | FunctionColumn | SumColumn;

export interface ConstantColumn {
  readonly kind: 'constant';
  readonly value: number;
}

export interface TextColumn {
  readonly kind: 'text';
  readonly input: number;
  readonly at: (cell: Cell) => string;
}

export interface FunctionColumn extends Omit<Curve, 'input'> {
  readonly kind: 'function';
  /** The place of an input, or the probability that a sum gives. */
  readonly of: number | Score;
  /** Steps that computing it takes, and how many of them one inside the other. */
  readonly size: number;
  readonly depth: number;
  readonly made?: WeightedSum;
}

/** What a column was added up of. */
export interface WeightedSum {
  readonly columns: readonly Column[];
  readonly weights: readonly number[];
  readonly shift: number;
}

export interface SumColumn {
  readonly kind: 'sum';
  readonly constant: number;
  /** Of inputs, one each. */
  readonly terms: readonly FunctionColumn[];
  readonly trees: readonly TreeTerm[];
  readonly made?: WeightedSum;
}

/** The trees of one node, which add `factor` times the values for one of its targets. */
export interface TreeTerm {
  readonly ensemble: Ensemble;
  readonly target: number;
  readonly factor: number;
}

export interface Ensemble {
  readonly columns: readonly Curve[];
  /** Without values. */
  readonly trees: readonly Omit<OutsideTree, 'value'>[];
  /** By target, tree and node. */
  readonly values: readonly (readonly Float64Array[])[];
}

export interface Score {
  readonly sum: SumColumn;
  readonly sumIs: 'probability' | 'log-odds';
}

export function constant(value: number): ConstantColumn {
  return { kind: 'constant', value };
}

/** Steps to compute it at each of its bends. */
export function costOf(column: Column): number {
  if (column.kind === 'function') return column.size * (1 + column.bends.length);
  return column.kind === 'sum' ? 1 + column.terms.length + column.trees.length : 1;
}
