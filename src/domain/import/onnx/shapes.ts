/** Operators that choose, join and convert columns, and look numbers up. */
import type { Column } from './columns.ts';
import { combine } from './functions.ts';
import { types, type Tensor } from './tensor.ts';
import {
  columnsOf,
  columnsValue,
  isFloat,
  numbersOf,
  unread,
  type Call,
  type Columns,
  type Operator,
} from './values.ts';

const identity: Operator = (call) => [call.inputs[0] ?? columnsOf(call, 0)];

/** Between types of numbers: floats round, whole numbers cut off. Truth values are 0 and 1. */
const cast: Operator = (call) => {
  const given = columnsOf(call, 0);
  const type = call.attributes.number('to', types.float);
  if (given.type === type) return [given];
  if (given.type === types.text || !numberTypes.includes(type))
    throw unread(call, `converts the type ${given.type} of ONNX to ${type}`);
  return [
    { ...given, type, columns: given.columns.map((column) => converted(call, column, given.type, type)) },
  ];
};

const numberTypes: readonly number[] = [types.float, types.double, types.int32, types.int64, types.bool];

function converted({ operator }: Call, column: Column, from: number, to: number): Column {
  if (to === types.double || (isFloat(to) && from !== types.double)) return column;
  // A sum is rounded in the end, which makes no difference that matters.
  if (column.kind === 'sum' && isFloat(to)) return column;
  return combine(operator, [column], ([value], round) => {
    if (isFloat(to)) return round(value!);
    return to === types.bool ? Number(value !== 0) : Math.trunc(value!);
  });
}

/** Along the columns. */
const concat: Operator = (call) => {
  const parts = call.inputs.map((_, place) => columnsOf(call, place));
  // Of one-hot columns of one input, the second dimension has one place.
  if (call.attributes.number('axis', 1) === 0) throw unread(call, 'joins rows');
  return [
    columnsValue(
      parts[0]!.type,
      parts.flatMap(({ columns }) => columns),
    ),
  ];
};

/** Rows stay rows: a shape for each row as a list, or a list of single numbers. */
const reshape: Operator = (call) => {
  const given = columnsOf(call, 0);
  const shape = call.inputs[1] ? [...numbersOf(call, 1)] : [];
  const [rows, ...others] = shape;
  const width = others.reduce((product, size) => product * (size === -1 ? NaN : size), 1);
  const isSame = rows === undefined || width === given.columns.length || (Number.isNaN(width) && rows !== -1);
  if (!isSame) throw unread(call, 'mixes rows and columns');
  return [given];
};

/** Rows of a table by number, which is what the column gives; or chosen columns. */
const gather: Operator = (call) => {
  const axis = call.attributes.number('axis', 0);
  const [data] = call.inputs;
  if (data?.kind !== 'constant') return chooseColumns(call, axis);
  const table = data.tensor;
  const { columns } = columnsOf(call, 1);
  if (axis !== 0 || columns.length !== 1) throw unread(call, 'looks up more than one number');
  const [rows = 0, width = 1] = table.dimensions;
  if (table.dimensions.length > 2) throw unread(call, 'looks up in a table of more than two dimensions');
  const values = numbersOf(call, 0);
  const found = Array.from({ length: width }, (_, j) =>
    combine(call.operator, columns, ([row]) => (row! >= 0 && row! < rows ? values[row! * width + j]! : NaN)),
  );
  return [columnsValue(table.type, found)];
};

function chooseColumns(call: Call, axis: number): [Columns] {
  const { columns, ...given } = columnsOf(call, 0);
  if (axis !== 1 && axis !== -1) throw unread(call, 'chooses rows');
  const chosen = Array.from(numbersOf(call, 1), (place) => columns.at(place));
  const found = chosen.filter((column) => column !== undefined);
  if (found.length !== chosen.length) throw unread(call, 'chooses a column that there is not');
  return [{ ...columnsValue(given.type, found) }];
}

export const shapeOperators: Readonly<Record<string, Operator>> = {
  Identity: identity,
  Dropout: identity,
  Cast: cast,
  Concat: concat,
  Reshape: reshape,
  Flatten: asItIs,
  Squeeze: asItIs,
  Unsqueeze: asItIs,
  Gather: gather,
  Constant: constant,
  'ai.onnx.ml.ArrayFeatureExtractor': (call) => chooseColumns(call, 1),
  'ai.onnx.ml.FeatureVectorizer': concat,
};

/** Dimensions of 1 make no difference here. */
function asItIs(call: Call): [Columns] {
  return [columnsOf(call, 0)];
}

function constant({ attributes, operator }: Call) {
  const tensor = attributes.tensor('value') ?? listTensor(attributes);
  if (tensor === null) throw unread({ operator }, 'is of a kind');
  return [{ kind: 'constant', tensor } as const];
}

function listTensor(attributes: Call['attributes']): Tensor | null {
  const name = ['value_floats', 'value_ints'].find((one) => attributes.has(one));
  if (name !== undefined) {
    const values = Float64Array.from(attributes.numbers(name));
    return { type: name === 'value_ints' ? types.int64 : types.float, dimensions: [values.length], values };
  }
  const single = ['value_float', 'value_int'].find((one) => attributes.has(one));
  if (single === undefined) return null;
  const values = Float64Array.of(attributes.number(single, 0));
  return { type: single === 'value_int' ? types.int64 : types.float, dimensions: [], values };
}
