/** ONNX files for tests, as other programs write them. Field numbers are those of onnx.proto. */
import { encodeMessage, message } from '../../src/domain/onnx/protobuf.ts';

export const FLOAT = 1;
export const INT64 = 7;
export const TEXT = 8;
export const DOUBLE = 11;

type Attribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly texts: readonly string[] }
  | { readonly doubles: readonly number[] };

/** An operator, of ai.onnx.ml where it begins with 'ml.'; the names of its inputs and outputs; and its attributes. */
export type NodeParts = readonly [
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes?: Readonly<Record<string, Attribute>>,
];

export interface FileParts {
  readonly nodes: readonly NodeParts[];
  /** Name → type and number of columns. */
  readonly inputs?: Readonly<Record<string, readonly [type: number, width: number]>>;
  readonly outputs?: Readonly<Record<string, number>>;
  /** Constants of floats: dimensions and values. */
  readonly constants?: Readonly<
    Record<string, readonly [dimensions: readonly number[], values: readonly number[]]>
  >;
  /** Constants of whole numbers. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
  readonly properties?: Readonly<Record<string, string>>;
  readonly version?: number;
}

/** Usual: the inputs `tenure` and `charge`, floats of one column, and the output `probability`. */
export function onnxFile({
  nodes,
  inputs = { tenure: [FLOAT, 1], charge: [FLOAT, 1] },
  outputs = { probability: FLOAT },
  constants = {},
  shapes = {},
  properties = {},
  version = 3,
}: FileParts): Uint8Array {
  const tensors = [
    ...Object.entries(constants).map(([name, [dimensions, values]]) =>
      message({ 1: [...dimensions], 2: FLOAT, 8: name, 9: floatBytes(values) }),
    ),
    ...Object.entries(shapes).map(([name, values]) =>
      message({ 1: values.length, 2: INT64, 8: name, 7: [...values] }),
    ),
  ];
  const graph = message({
    1: nodes.map(nodeOf),
    2: 'graph',
    5: tensors,
    11: Object.entries(inputs).map(([name, [type, width]]) => valueOf(name, type, width)),
    12: Object.entries(outputs).map(([name, type]) => valueOf(name, type, null)),
  });
  return encodeMessage(
    message({
      1: 8,
      2: 'a test',
      7: graph,
      8: [message({ 2: 15 }), message({ 1: 'ai.onnx.ml', 2: version })],
      14: Object.entries(properties).map(([key, value]) => message({ 1: key, 2: value })),
    }),
  );
}

function nodeOf([operator, inputs, outputs, attributes = {}]: NodeParts) {
  const isMl = operator.startsWith('ml.');
  return message({
    1: [...inputs],
    2: [...outputs],
    4: isMl ? operator.slice(3) : operator,
    5: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
    ...(isMl ? { 7: 'ai.onnx.ml' } : {}),
  });
}

function attributeOf(name: string, value: Attribute) {
  if (typeof value === 'number') return message({ 1: name, 3: value, 20: 2 });
  if (typeof value === 'string') return message({ 1: name, 4: value, 20: 3 });
  // A field of four bytes, which only files of other programs have.
  if ('float' in value)
    return Buffer.concat([
      encodeMessage(message({ 1: name, 20: 1 })),
      Uint8Array.of(0x15),
      floatBytes([value.float]),
    ]);
  if ('floats' in value) return message({ 1: name, 7: floatBytes(value.floats), 20: 6 });
  if ('texts' in value) return message({ 1: name, 9: [...value.texts], 20: 8 });
  if ('doubles' in value) {
    const bytes = new Uint8Array(Float64Array.from(value.doubles).buffer);
    return message({ 1: name, 5: message({ 1: value.doubles.length, 2: DOUBLE, 9: bytes }), 20: 4 });
  }
  return message({ 1: name, 8: [...value], 20: 7 });
}

function floatBytes(values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

function valueOf(name: string, type: number, width: number | null) {
  const shape = width === null ? {} : { 2: message({ 1: [message({ 2: 'rows' }), message({ 1: width })] }) };
  return message({ 1: name, 2: message({ 1: message({ 1: type, ...shape }) }) });
}
