/** The parts of an ONNX file: nodes, constants, inputs and outputs. Field numbers are those of onnx.proto. */
import { DamagedMessage, decodeMessage, unpackNumbers, type Decoded } from '../../onnx/protobuf.ts';
import { limits, unusable } from '../outside-model.ts';
import { readTensor, type Tensor } from './tensor.ts';

export interface OnnxFile {
  readonly producer: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly OnnxOutput[];
  readonly properties: ReadonlyMap<string, string>;
}

export interface OnnxNode {
  /** With its domain, where that is not the usual one: 'ai.onnx.ml.Scaler'. */
  readonly operator: string;
  /** Names of values; empty where an input is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export interface OnnxInput {
  readonly name: string;
  /** Of its elements, as in tensors. */
  readonly type: number;
  /** Columns: 1 where the file does not say. */
  readonly width: number;
}

export interface OnnxOutput {
  readonly name: string;
  /** Null: no tensor, but a list of maps. */
  readonly type: number | null;
}

/** What a node was given beside its inputs; what it has not is empty. */
export interface Attributes {
  number(name: string, usual: number): number;
  text(name: string, usual: string): string;
  /** A list, or a tensor of that name, or one with `_as_tensor` behind it: doubles instead of floats. */
  numbers(name: string): readonly number[];
  texts(name: string): readonly string[];
  tensor(name: string): Tensor | null;
  has(name: string): boolean;
}

const mostNodes = 5_000;

/** @throws AppError 422; DamagedMessage, also where an attribute is read later */
export function readFile(bytes: Uint8Array): OnnxFile {
  const model = decodeMessage(bytes);
  const graph = messagesOf(model, 7)[0];
  if (!graph) throw new DamagedMessage('there is no graph');
  const nodes = messagesOf(graph, 1).map(readNode);
  if (nodes.length > mostNodes)
    throw unusable(`The graph has ${nodes.length} nodes; at most ${mostNodes} can be imported.`);
  const tensors = messagesOf(graph, 5).map((tensor) => [textOf(tensor, 8), readTensor(tensor)] as const);
  const constants = new Map(tensors);
  const inputs = messagesOf(graph, 11).map(readInput);
  return {
    producer: [textOf(model, 2), textOf(model, 3)].filter((text) => text !== '').join(' '),
    nodes,
    constants,
    // Early files name constants among the inputs, too.
    inputs: inputs.filter(({ name }) => !constants.has(name)),
    outputs: messagesOf(graph, 12).map((value) => ({
      name: textOf(value, 1),
      type: tensorType(value)?.type ?? null,
    })),
    properties: new Map(messagesOf(model, 14).map((entry) => [textOf(entry, 1), textOf(entry, 2)])),
  };
}

function readNode(node: Decoded): OnnxNode {
  const domain = textOf(node, 7);
  return {
    operator: ['', 'ai.onnx'].includes(domain) ? textOf(node, 4) : `${domain}.${textOf(node, 4)}`,
    inputs: textsOf(node, 1),
    outputs: textsOf(node, 2),
    attributes: attributesOf(messagesOf(node, 5)),
  };
}

function attributesOf(messages: readonly Decoded[]): Attributes {
  const byName = new Map(messages.map((message) => [textOf(message, 1), message]));
  const tensor = (name: string): Tensor | null => {
    const [message] = messagesOf(byName.get(name) ?? new Map(), 5);
    return message ? readTensor(message) : null;
  };
  return {
    has: (name) => byName.has(name),
    number: (name, usual) => numbersOf(byName.get(name), 3)[0] ?? numbersOf(byName.get(name), 2)[0] ?? usual,
    text: (name, usual) => textsOf(byName.get(name), 4)[0] ?? usual,
    numbers: (name) => {
      const values = (tensor(name) ?? tensor(`${name}_as_tensor`))?.values;
      if (values instanceof Float64Array) return Array.from(values);
      const floats = unpackNumbers(byName.get(name)?.get(7), 'float');
      return floats.length > 0 ? floats : unpackNumbers(byName.get(name)?.get(8), 'varint');
    },
    texts: (name) => {
      const values = (tensor(name) ?? tensor(`${name}_as_tensor`))?.values;
      return values === undefined || values instanceof Float64Array ? textsOf(byName.get(name), 9) : values;
    },
    tensor,
  };
}

/** The first dimension is that of rows. */
function readInput(value: Decoded): OnnxInput {
  const name = textOf(value, 1);
  const tensor = tensorType(value);
  if (!tensor) throw unusable(`The input ${name} is no tensor.`);
  const dimensions = messagesOf(messagesOf(tensor.message, 2)[0] ?? new Map(), 1).slice(1);
  const width = dimensions.reduce((product, dimension) => product * (numbersOf(dimension, 1)[0] ?? 1), 1);
  if (!(width >= 1 && width <= limits.inputs))
    throw unusable(`The input ${name} has ${width} columns; 1 to ${limits.inputs} can be imported.`);
  return { name, type: tensor.type, width };
}

function tensorType(value: Decoded): { readonly message: Decoded; readonly type: number } | null {
  const [type] = messagesOf(value, 2);
  const [message] = messagesOf(type ?? new Map(), 1);
  return message ? { message, type: numbersOf(message, 1)[0] ?? 0 } : null;
}

function messagesOf(message: Decoded, field: number): Decoded[] {
  return bytesOf(message, field).map(decodeMessage);
}

const decoder = new TextDecoder();

function textsOf(message: Decoded | undefined, field: number): string[] {
  return bytesOf(message, field).map((bytes) => decoder.decode(bytes));
}

function textOf(message: Decoded, field: number): string {
  return textsOf(message, field)[0] ?? '';
}

function bytesOf(message: Decoded | undefined, field: number): Uint8Array[] {
  return (message?.get(field) ?? []).filter((value) => value instanceof Uint8Array);
}

function numbersOf(message: Decoded | undefined, field: number): number[] {
  return (message?.get(field) ?? []).filter((value) => typeof value === 'number');
}
