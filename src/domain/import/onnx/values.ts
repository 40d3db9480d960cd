/** What goes along the edges of a graph: constants, and columns with one value a row. */
import { unusable } from '../outside-model.ts';
import { constant, type Column } from './columns.ts';
import type { OnnxNode } from './file.ts';
import { types, type Tensor } from './tensor.ts';

export type Value = ConstantValue | Columns;

export interface ConstantValue {
  readonly kind: 'constant';
  readonly tensor: Tensor;
}

export interface Columns {
  readonly kind: 'columns';
  /** Of their values, as in tensors. */
  readonly type: number;
  readonly columns: readonly Column[];
  /** Of probabilities of classes: what the classes are called. */
  readonly labels?: readonly string[];
}

/** What a node computes of its inputs; null where one is left out. */
export interface Call extends Pick<OnnxNode, 'operator' | 'attributes'> {
  readonly inputs: readonly (Value | null)[];
}
/** The outputs in their order; null: one that nothing can be made of, such as the predicted class. */
export type Operator = (call: Call) => readonly (Columns | ConstantValue | null)[];

export function columnsValue(type: number, columns: readonly Column[]): Columns {
  return { kind: 'columns', type, columns };
}

export function isFloat(type: number): boolean {
  return type === types.float;
}

/** The input as columns; a constant has the same value in each row. @throws AppError 422 where there is none */
export function columnsOf({ operator, inputs }: Call, place: number): Columns {
  const value = inputs[place];
  if (!value) throw unusable(`The operator ${operator} has no input ${place + 1}.`);
  if (value.kind === 'columns') return value;
  const { type, dimensions, values } = value.tensor;
  if (!(values instanceof Float64Array) || dimensions.slice(0, -1).some((size) => size !== 1))
    throw unusable(`The operator ${operator} takes a constant that cannot be imported.`);
  return columnsValue(type, Array.from(values, constant));
}

/** An input that is a constant. @throws AppError 422 where it is computed */
export function tensorOf({ operator, inputs }: Call, place: number): Tensor {
  const value = inputs[place];
  if (value?.kind === 'constant') return value.tensor;
  throw unusable(`The operator ${operator} takes as its input ${place + 1} only a constant here.`);
}

/** Numbers of a constant. */
export function numbersOf(call: Call, place: number): Float64Array {
  const { values } = tensorOf(call, place);
  if (values instanceof Float64Array) return values;
  throw unusable(`The operator ${call.operator} takes text, which cannot be imported.`);
}

/** Used in a way that is not read. */
export function unread({ operator }: Pick<Call, 'operator'>, what: string) {
  return unusable(`The operator ${operator} ${what}, which cannot be imported.`);
}
