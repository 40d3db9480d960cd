/** Columns that are sums: of functions of inputs and of trees. */
import type { Round } from '../curve.ts';
import { unusable } from '../outside-model.ts';
import {
  constant,
  type Column,
  type FunctionColumn,
  type SumColumn,
  type TreeTerm,
  type WeightedSum,
} from './columns.ts';
import { combine, scoreOf, several, takesText } from './functions.ts';

/** Σ weight × column + shift. `isFloat`: each step is rounded to single precision. */
export function weightedSum(name: string, made: WeightedSum, isFloat: boolean): Column {
  const sum = addUp(name, made, isFloat);
  return sum.kind === 'function' || sum.kind === 'sum' ? { ...sum, made } : sum;
}

/** Whether one column is the other with another sign, as far as that shows from how they were added up. */
export function areOpposite(one: Column, other: Column, depth = 4): boolean {
  if (one.kind === 'constant' && other.kind === 'constant') return one.value === -other.value;
  if (one.kind === 'constant' || other.kind === 'constant') return false;
  if (one.kind === 'text' || other.kind === 'text' || !one.made || !other.made || depth === 0) return false;
  const [own, others] = [one.made, other.made];
  return (
    own.shift === -others.shift &&
    own.columns.length === others.columns.length &&
    own.columns.every((column, i) => {
      const another = others.columns[i]!;
      return own.weights[i] === others.weights[i]
        ? areOpposite(column, another, depth - 1) || own.weights[i] === 0
        : own.weights[i] === -others.weights[i]! && isSame(column, another);
    })
  );
}

function isSame(one: Column, other: Column): boolean {
  return one === other || (one.kind === 'constant' && other.kind === 'constant' && one.value === other.value);
}

interface Weighted {
  readonly column: FunctionColumn;
  readonly weight: number;
}

/** The parts of a sum. */
interface Parts {
  total: number;
  /** Functions by what they are of. */
  readonly groups: Map<FunctionColumn['of'], Weighted[]>;
  readonly trees: TreeTerm[];
}

function addUp(name: string, { columns, weights, shift }: WeightedSum, isFloat: boolean): Column {
  const parts: Parts = { total: shift, groups: new Map(), trees: [] };
  const hasScore = columns.some((column) => column.kind === 'function' && typeof column.of !== 'number');
  columns.forEach((column, i) => {
    const part = hasScore && column.kind === 'sum' ? scoreOf(name, column) : column;
    if (weights[i] !== 0) addPart(name, parts, part, weights[i]!);
  });
  const { total, trees } = parts;
  const groups = [...parts.groups.values()];
  if (trees.length === 0 && groups.length === 0) return constant(total);
  if (trees.length === 0 && groups.length === 1) return sumOfOne(name, groups[0]!, total, isFloat);
  if (groups.some(([first]) => typeof first!.column.of !== 'number')) throw several(name);
  const terms = groups.map((group) => sumOfOne(name, group, 0, isFloat));
  return { kind: 'sum', constant: total, terms, trees };
}

function addPart(name: string, parts: Parts, column: Column, weight: number): void {
  if (column.kind === 'text') throw takesText(name);
  if (column.kind === 'constant') parts.total += weight * column.value;
  else if (column.kind === 'function') {
    const own = parts.groups.get(column.of);
    if (own) own.push({ column, weight });
    else parts.groups.set(column.of, [{ column, weight }]);
  } else {
    parts.total += weight * column.constant;
    for (const term of column.terms) addPart(name, parts, term, weight);
    for (const term of column.trees) parts.trees.push({ ...term, factor: term.factor * weight });
  }
}

function sumOfOne(name: string, group: readonly Weighted[], shift: number, isFloat: boolean): FunctionColumn {
  const fit = (value: number, round: Round) => (isFloat ? round(value) : value);
  const sum = combine(
    name,
    group.map(({ column }) => column),
    (values, round) =>
      fit(
        values.reduce((total, value, i) => fit(total + fit(value * group[i]!.weight, round), round), 0) +
          shift,
        round,
      ),
  );
  if (sum.kind !== 'function') throw new RangeError('a sum of functions is one');
  return sum;
}

/** The probability whose log-odds a column is. */
export function probabilityOf(name: string, column: Column): FunctionColumn {
  const sum = weightedSumOf(name, column);
  return { kind: 'function', of: { sum, sumIs: 'log-odds' }, at: Number, bends: [], size: 1, depth: 1 };
}

/** A column of functions of inputs, of trees, or of both, as a sum. */
export function weightedSumOf(name: string, column: Column): SumColumn {
  if (column.kind === 'sum') return column;
  if (column.kind === 'function' && typeof column.of === 'number')
    return { kind: 'sum', constant: 0, terms: [column], trees: [] };
  throw unusable(`The operator ${name} is used in a way that cannot be imported.`);
}
