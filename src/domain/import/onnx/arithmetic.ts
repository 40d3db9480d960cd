/** Operators that compute numbers from numbers, column by column. */
import { sigmoid } from '../../../ml/math/sigmoid.ts';
import type { Column } from './columns.ts';
import { combine, isOfOneInput, withTurns } from './functions.ts';
import { areOpposite, probabilityOf, weightedSum, weightedSumOf } from './sums.ts';
import { types } from './tensor.ts';
import {
  columnsOf,
  columnsValue,
  isFloat,
  numbersOf,
  tensorOf,
  unread,
  type Call,
  type Columns,
  type Operator,
} from './values.ts';

type Numbers = readonly number[];

/** Gives a column from one each of the inputs, which are as wide as the widest or have one column. */
function elementwise(
  operator: (columns: readonly Column[], call: Call, isFloat: boolean) => Column,
): Operator {
  return (call) => {
    const inputs = call.inputs.map((_, place) => columnsOf(call, place));
    const width = Math.max(...inputs.map(({ columns }) => columns.length));
    if (inputs.some(({ columns }) => columns.length !== width && columns.length !== 1))
      throw unread(call, 'takes inputs of different widths');
    const { type } = inputs.at(-1)!;
    const result = Array.from({ length: width }, (_, j) =>
      operator(
        inputs.map(({ columns }) => columns[columns.length === 1 ? 0 : j]!),
        call,
        isFloat(type),
      ),
    );
    return [{ ...columnsValue(type, result), ...labelsOf(inputs) }];
  };
}

/** Classes keep their names where there is one input. */
function labelsOf(inputs: readonly Columns[]): Pick<Columns, 'labels'> {
  const [first, another] = inputs;
  return first?.labels && !another ? { labels: first.labels } : {};
}

/** `weights`: of both columns in the sum that the operation is where one is a constant; null: it is no sum then. */
function binary(
  compute: (left: number, right: number) => number,
  weights: (left: Column, right: Column) => Numbers | null,
): Operator {
  return elementwise((columns, { operator }, isFloat) => {
    const [left, right] = columns as [Column, Column];
    if (columns.length === 2 && !isOfOneInput(columns)) {
      const found = weights(left, right);
      if (found) return weightedSum(operator, { columns, weights: found, shift: 0 }, isFloat);
    }
    return combine(operator, columns, (values, round) => {
      const result = values.slice(1).reduce(compute, values[0]!);
      return isFloat ? round(result) : result;
    });
  });
}

function productWeights(left: Column, right: Column): Numbers | null {
  if (left.kind === 'constant') return [0, left.value];
  return right.kind === 'constant' ? [right.value, 0] : null;
}

const quotientWeights = (_: Column, right: Column): Numbers | null =>
  right.kind === 'constant' ? [1 / right.value, 0] : null;

function unary(compute: (value: number) => number, ...turns: ((value: number) => boolean)[]): Operator {
  return elementwise(([column], { operator }) =>
    combine(operator, [withTurns(operator, column!, ...turns)], ([value]) => compute(value!)),
  );
}

/** 1 where it holds, otherwise 0: it bends where the difference of the two changes its sign. */
function comparison(holds: (left: number, right: number) => boolean): Operator {
  const compare = elementwise((columns, { operator }) => {
    const difference = withTurns(
      operator,
      combine(operator, columns, ([left, right]) => left! - right!),
      (value) => value < 0,
      (value) => value <= 0,
    );
    const result = combine(operator, columns, ([left, right]) => Number(holds(left!, right!)));
    if (result.kind !== 'function' || difference.kind !== 'function') return result;
    return { ...result, bends: difference.bends };
  });
  return (call) => [{ ...(compare(call)[0] as Columns), type: types.bool }];
}

/** The log-odds of a sum become a probability; a function of one input stays one only inside of calibrations. */
const logistic: Operator = (call) => {
  const given = columnsOf(call, 0);
  return [{ ...given, columns: probabilities(call.operator, given.columns) }];
};

/** Each from its log-odds. Two sums of opposite sign give 1 − p and p. */
export function probabilities(operator: string, columns: readonly Column[]): readonly Column[] {
  const [first, second, another] = columns;
  if (first && second && !another && areOpposite(first, second)) return complements(operator, second);
  return columns.map((column) =>
    column.kind === 'function' && typeof column.of !== 'number'
      ? combine(operator, [column], ([value]) => sigmoid(value!))
      : probabilityOf(operator, column),
  );
}

/** Of the columns of each row. */
const rowSum: Operator = (call) => {
  const { columns, type } = columnsOf(call, 0);
  const axes = call.inputs[1] ? numbersOf(call, 1) : call.attributes.numbers('axes');
  if (axes.length !== 1 || (axes[0] !== 1 && axes[0] !== -1)) throw unread(call, 'adds up rows');
  return [
    columnsValue(
      type,
      products(call, columns, () => 1, { width: 1, type }),
    ),
  ];
};

/** Its limits are inputs, or in early versions attributes. */
const clip: Operator = (call) => {
  const limitOf = (place: number, name: string, usual: number) =>
    call.inputs[place] ? numbersOf(call, place)[0]! : call.attributes.number(name, usual);
  const min = limitOf(1, 'min', -Number.MAX_VALUE);
  const max = limitOf(2, 'max', Number.MAX_VALUE);
  const limit = unary(
    (value) => Math.min(Math.max(value, min), max),
    (value) => value < min,
    (value) => value > max,
  );
  return limit({ ...call, inputs: call.inputs.slice(0, 1) });
};

/** X × a matrix of constants. */
const matrixProduct: Operator = (call) => {
  const { columns, type } = columnsOf(call, 0);
  const { dimensions } = tensorOf(call, 1);
  const [rows = 0, width = 1] = dimensions;
  if (dimensions.length !== 2 || rows !== columns.length)
    throw unread(call, 'multiplies matrices that do not fit');
  const weights = numbersOf(call, 1);
  return [
    columnsValue(
      type,
      products(call, columns, (i, j) => weights[i * width + j]!, { width, type }),
    ),
  ];
};

/** alpha × X × B + beta × C */
const generalProduct: Operator = (call) => {
  const { columns, type } = columnsOf(call, 0);
  const { attributes } = call;
  const { dimensions } = tensorOf(call, 1);
  const weights = numbersOf(call, 1);
  const isTransposed = attributes.number('transB', 0) === 1;
  const [rows = 0, width = 0] = isTransposed ? dimensions.toReversed() : dimensions;
  if (dimensions.length !== 2 || rows !== columns.length || attributes.number('transA', 0) !== 0)
    throw unread(call, 'multiplies matrices that do not fit');
  const alpha = attributes.number('alpha', 1);
  const weightOf = (i: number, j: number) => alpha * weights[isTransposed ? j * rows + i : i * width + j]!;
  const product = columnsValue(type, products(call, columns, weightOf, { width, type }));
  if (!call.inputs[2]) return [product];
  const shifts = columnsOf(call, 2).columns;
  const beta = attributes.number('beta', 1);
  const shift = shifts.map((column) =>
    weightedSum(call.operator, { columns: [column], weights: [beta], shift: 0 }, isFloat(type)),
  );
  return operators['Add']!({ ...call, inputs: [product, columnsValue(type, shift)] });
};

const mostProducts = 2_000_000;

/** A weighted sum of the columns for each of `width` results. */
export function products(
  { operator }: Pick<Call, 'operator'>,
  columns: readonly Column[],
  weightOf: (column: number, result: number) => number,
  { width, type }: { readonly width: number; readonly type: number },
): Column[] {
  if (columns.length * width > mostProducts) throw unread({ operator }, 'multiplies too large a matrix');
  return Array.from({ length: width }, (_, j) =>
    weightedSum(
      operator,
      { columns, weights: columns.map((_column, i) => weightOf(i, j)), shift: 0 },
      isFloat(type),
    ),
  );
}

/** Of two classes: each the probability that the log-odds of the difference give. */
export function softmax(operator: string, columns: readonly Column[]): Column[] {
  const [first, second, another] = columns;
  if (!first || !second || another) throw unread({ operator }, 'is used for other than two classes');
  const sums = [first, second].map((column) =>
    column.kind === 'constant' ? column : weightedSumOf(operator, column),
  );
  return complements(operator, weightedSum(operator, { columns: sums, weights: [-1, 1], shift: 0 }, false));
}

/** 1 − p and p, by the log-odds of p. */
export function complements(operator: string, logOdds: Column): Column[] {
  const p = probabilityOf(operator, logOdds);
  return [combine(operator, [p], ([value]) => 1 - value!), p];
}

const where: Operator = (call) => {
  const [condition, ...choices] = [0, 1, 2].map((place) => columnsOf(call, place));
  const select = elementwise((columns, { operator }) =>
    combine(operator, columns, ([holds, yes, no]) => (holds ? yes! : no!)),
  );
  return select({ ...call, inputs: [condition!, ...choices] });
};

export const operators: Readonly<Record<string, Operator>> = {
  Add: binary(
    (a, b) => a + b,
    () => [1, 1],
  ),
  Sub: binary(
    (a, b) => a - b,
    () => [1, -1],
  ),
  Mul: binary((a, b) => a * b, productWeights),
  Div: binary((a, b) => a / b, quotientWeights),
  Sum: binary(
    (a, b) => a + b,
    () => [1, 1],
  ),
  Neg: (call) =>
    operators['Mul']!({
      ...call,
      inputs: [columnsOf(call, 0), columnsValue(columnsOf(call, 0).type, [{ kind: 'constant', value: -1 }])],
    }),
  Relu: unary(
    (value) => Math.max(value, 0),
    (value) => value > 0,
  ),
  Abs: unary(Math.abs, (value) => value > 0),
  Log: unary(Math.log),
  ReduceSum: rowSum,
  Clip: clip,
  IsNaN: unary((value) => Number(Number.isNaN(value))),
  Not: unary((value) => Number(value === 0)),
  Less: comparison((a, b) => a < b),
  LessOrEqual: comparison((a, b) => a <= b),
  Greater: comparison((a, b) => a > b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  Equal: comparison((a, b) => a === b),
  Where: where,
  Sigmoid: logistic,
  Softmax: (call) => {
    const { columns, type } = columnsOf(call, 0);
    return [columnsValue(type, softmax(call.operator, columns))];
  },
  MatMul: matrixProduct,
  Gemm: generalProduct,
};
