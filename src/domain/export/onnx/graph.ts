/** The graph of an ONNX model: nodes and constants, by the names of their values. Field numbers are those of onnx.proto. */
import { encodeMessage, message, type Message } from '../../onnx/protobuf.ts';

const FLOAT64 = 11;
const INT64 = 7;
const UINT8 = 2;
const STRING = 8;
const irVersion = 10;
/** Of the operators, and of those for machine learning: the first with trees that split by sets of levels. */
const opsets = [
  ['', 21],
  ['ai.onnx.ml', 5],
] as const;
const ml = 'ai.onnx.ml';

type Attribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly bytes: Uint8Array }
  | { readonly doubles: readonly number[] };

export interface Graph {
  /** Adds a node; gives the name of its only output. */
  node(operator: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): string;
  /** A node of ai.onnx.ml. */
  mlNode(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
  ): string;
  /** A constant of doubles, row-major; without a shape a single number. */
  doubles(values: readonly number[] | Float64Array, shape?: readonly number[]): string;
  ints(values: readonly number[]): string;
  /** An input with one column of doubles or of text. */
  input(name: string, type: 'double' | 'text'): string;
  /** The file; `output` is a column of doubles and gets `name`. */
  finish(output: string, name: string, properties: Readonly<Record<string, string>>): Uint8Array;
}

export function createGraph(version: string): Graph {
  const nodes: Message[] = [];
  const constants: Message[] = [];
  const inputs: Message[] = [];
  let names = 0;
  const add =
    (domain: string): Graph['node'] =>
    (operator, from, attributes = {}) => {
      const output = `${operator}_${++names}`;
      nodes.push(
        message({
          1: [...from],
          2: output,
          4: operator,
          5: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
          7: domain === '' ? [] : domain,
        }),
      );
      return output;
    };
  const constant = (type: number, data: Uint8Array, shape: readonly number[]): string => {
    const name = `constant_${++names}`;
    constants.push(message({ 1: [...shape], 2: type, 8: name, 9: data }));
    return name;
  };
  return {
    node: add(''),
    mlNode: add(ml),
    doubles: (values, shape = []) => constant(FLOAT64, doubleBytes(values), shape),
    ints: (values) => constant(INT64, intBytes(values), [values.length]),
    input: (name, type) => {
      inputs.push(columnOf(name, type === 'double' ? FLOAT64 : STRING));
      return name;
    },
    finish: (output, name, properties) => {
      const named = [...nodes, message({ 1: output, 2: name, 4: 'Identity' })];
      const graph = message({ 1: named, 2: 'churn', 5: constants, 11: inputs, 12: columnOf(name, FLOAT64) });
      return encodeMessage(
        message({
          1: irVersion,
          2: 'Holdfast',
          3: version,
          7: graph,
          8: opsets.map(([domain, number]) => message({ 1: domain, 2: number })),
          14: Object.entries(properties).map(([key, value]) => message({ 1: key, 2: value })),
        }),
      );
    },
  };
}

/** A value of any number of rows and one column. */
function columnOf(name: string, type: number): Message {
  const shape = message({ 1: [message({ 2: 'rows' }), message({ 1: 1 })] });
  return message({ 1: name, 2: message({ 1: message({ 1: type, 2: shape }) }) });
}

function attributeOf(name: string, value: Attribute): Message {
  if ('int' in value) return message({ 1: name, 3: value.int, 20: 2 });
  if ('ints' in value) return message({ 1: name, 8: [...value.ints], 20: 7 });
  if ('strings' in value) return message({ 1: name, 9: [...value.strings], 20: 8 });
  const tensor =
    'bytes' in value
      ? message({ 1: value.bytes.length, 2: UINT8, 9: value.bytes })
      : message({ 1: value.doubles.length, 2: FLOAT64, 9: doubleBytes(value.doubles) });
  return message({ 1: name, 5: tensor, 20: 4 });
}

function doubleBytes(values: readonly number[] | Float64Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, i) => {
    bytes.setFloat64(i * 8, value, true);
  });
  return new Uint8Array(bytes.buffer);
}

function intBytes(values: readonly number[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, i) => {
    bytes.setBigInt64(i * 8, BigInt(value), true);
  });
  return new Uint8Array(bytes.buffer);
}
