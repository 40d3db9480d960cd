/** Operators of ai.onnx.ml that prepare columns: scaled, imputed, one column a level, levels as numbers. */
import type { Column, TextColumn } from './columns.ts';
import { combine, withTurns } from './functions.ts';
import { types } from './tensor.ts';
import {
  columnsOf,
  columnsValue,
  isFloat,
  unread,
  type Call,
  type Columns,
  type Operator,
} from './values.ts';

/** (x − offset) × scale, as a float. */
const scaler: Operator = (call) => {
  const { columns, type } = columnsOf(call, 0);
  const [offsets, scales] = ['offset', 'scale'].map((name) => perColumn(call, name, columns.length));
  const scaled = columns.map((column, j) =>
    combine(call.operator, [column], ([value], round) => {
      const difference = value! - offsets![j]!;
      return round((isFloat(type) ? round(difference) : difference) * scales![j]!);
    }),
  );
  return [columnsValue(types.float, scaled)];
};

/** One number stands in for the value that says 'missing', which is usually NaN. */
const imputer: Operator = (call) => {
  const { columns, type } = columnsOf(call, 0);
  const isWhole = call.attributes.has('imputed_value_int64s');
  const imputed = perColumn(call, isWhole ? 'imputed_value_int64s' : 'imputed_value_floats', columns.length);
  const replaced = call.attributes.number(isWhole ? 'replaced_value_int64' : 'replaced_value_float', 0);
  if (!Number.isNaN(replaced)) throw unread(call, `replaces the number ${replaced}`);
  return [
    columnsValue(
      type,
      columns.map((column, j) =>
        combine(call.operator, [column], ([value]) => (Number.isNaN(value) ? imputed[j]! : value!)),
      ),
    ),
  ];
};

const binarizer: Operator = (call) => {
  const { columns, type } = columnsOf(call, 0);
  const threshold = call.attributes.number('threshold', 0);
  const isAbove = (value: number) => value > threshold;
  return [
    columnsValue(
      type,
      columns.map((column) =>
        combine(call.operator, [withTurns(call.operator, column, isAbove)], ([value]) =>
          Number(isAbove(value!)),
        ),
      ),
    ),
  ];
};

/** For each column as many columns as there are categories: 1 in the one of the row. */
const oneHot: Operator = (call) => {
  const texts = call.attributes.texts('cats_strings');
  const categories = texts.length > 0 ? texts : call.attributes.numbers('cats_int64s');
  const { columns } = columnsOf(call, 0);
  if (columns.length !== 1) throw unread(call, 'takes more than one column');
  const ones = columns.flatMap((column) =>
    categories.map((category) => mapped(call, column, new Map([[category, 1]]), 0)),
  );
  return [columnsValue(types.float, ones)];
};

/** A number or text for each key. */
const labelEncoder: Operator = (call) => {
  const { attributes } = call;
  const keys = listOf(call, 'keys');
  const values = listOf(call, 'values');
  if (keys.length !== values.length) throw unread(call, 'has other numbers of keys and values');
  const pairs = new Map(keys.map((key, i) => [key, values[i]!]));
  const { columns } = columnsOf(call, 0);
  if (typeof values[0] === 'string') {
    const texts = pairs as Map<string, string>;
    return [
      columnsValue(
        types.text,
        columns.map((column) => mappedText(call, column, texts)),
      ),
    ];
  }
  const other = attributes.has('default_tensor')
    ? (attributes.numbers('default_tensor')[0] ?? 0)
    : attributes.number(
        'default_int64',
        attributes.number('default_float', attributes.has('values_int64s') ? -1 : 0),
      );
  const type = attributes.has('values_int64s')
    ? types.int64
    : (attributes.tensor('values_tensor')?.type ?? types.float);
  return [
    columnsValue(
      type,
      columns.map((column) => mapped(call, column, pairs as Map<string | number, number>, other)),
    ),
  ];
};

function listOf({ attributes }: Call, name: string): readonly (string | number)[] {
  const texts = attributes.texts(`${name}_strings`);
  if (texts.length > 0) return texts;
  const kind = ['int64s', 'floats', 'tensor'].find((one) => attributes.has(`${name}_${one}`)) ?? 'tensor';
  const numbers = attributes.numbers(`${name}_${kind}`);
  return numbers.length > 0 ? numbers : attributes.texts(`${name}_${kind}`);
}

/** The number of a text or number, `other` for one that has none. */
function mapped(
  call: Call,
  column: Column,
  numbers: ReadonlyMap<string | number, number>,
  other: number,
): Column {
  if (column.kind === 'text') {
    const { input, at } = column;
    return {
      kind: 'function',
      of: input,
      at: (cell) => numbers.get(at(cell)) ?? other,
      bends: [],
      size: 1,
      depth: 1,
    };
  }
  const turns = [...numbers.keys()].flatMap((key) => [
    (value: number) => value < Number(key),
    (value: number) => value <= Number(key),
  ]);
  return combine(
    call.operator,
    [withTurns(call.operator, column, ...turns)],
    ([value]) => numbers.get(value!) ?? other,
  );
}

function mappedText(call: Call, column: Column, texts: ReadonlyMap<string, string>): TextColumn {
  if (column.kind !== 'text') throw unread(call, 'gives text for numbers');
  const other = call.attributes.text('default_string', '_Unused');
  return { ...column, at: (cell) => texts.get(column.at(cell)) ?? other };
}

/** Each value as a share of its row. */
const normalizer: Operator = (call) => {
  const given = columnsOf(call, 0);
  const norm = norms[call.attributes.text('norm', 'MAX')];
  if (norm === undefined) throw unread(call, 'has an unknown norm');
  const shares = given.columns.map((_, j) =>
    combine(call.operator, given.columns, (values) => values[j]! / (norm(values) || 1)),
  );
  return [{ ...given, columns: shares } satisfies Columns];
};

const norms: Readonly<Record<string, (values: readonly number[]) => number>> = {
  MAX: (values) => Math.max(...values),
  L1: (values) => values.reduce((sum, value) => sum + Math.abs(value), 0),
  L2: (values) => Math.hypot(...values),
};

/** `values`: one for all columns, or one each. */
function perColumn(call: Call, name: string, count: number): readonly number[] {
  const values = call.attributes.numbers(name);
  if (values.length === count) return values;
  if (values.length === 1) return new Array<number>(count).fill(values[0]!);
  throw unread(call, `has ${values.length} numbers for ${count} columns`);
}

export const preparationOperators: Readonly<Record<string, Operator>> = {
  'ai.onnx.ml.Scaler': scaler,
  'ai.onnx.ml.Imputer': imputer,
  'ai.onnx.ml.Binarizer': binarizer,
  'ai.onnx.ml.OneHotEncoder': oneHot,
  'ai.onnx.ml.LabelEncoder': labelEncoder,
  'ai.onnx.ml.Normalizer': normalizer,
};
