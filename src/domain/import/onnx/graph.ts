/** What a graph computes, told without any rows: the nodes that an output needs, one after the other. */
import { inputCurve } from '../curve.ts';
import { limits, unusable, type OutsideInput } from '../outside-model.ts';
import { operators } from './arithmetic.ts';
import { costOf, type Column } from './columns.ts';
import type { OnnxFile, OnnxInput, OnnxNode } from './file.ts';
import { modelOperators } from './models.ts';
import { preparationOperators } from './preparation.ts';
import { shapeOperators } from './shapes.ts';
import { types } from './tensor.ts';
import { columnsValue, type Columns, type Operator, type Value } from './values.ts';

export interface EvaluatedGraph {
  readonly inputs: readonly OutsideInput[];
  readonly output: Columns;
}

const all: ReadonlyMap<string, Operator> = new Map(
  Object.entries({ ...operators, ...shapeOperators, ...preparationOperators, ...modelOperators }),
);
/** Of all columns together: reading stays quick, however the graph repeats itself. */
const mostCost = 100_000_000;

/** @throws AppError 422 that names the operator which cannot be imported */
export function evaluateGraph(file: OnnxFile): EvaluatedGraph {
  const values = new Map<string, Value | null>();
  for (const [name, tensor] of file.constants) values.set(name, { kind: 'constant', tensor });
  const inputs: OutsideInput[] = [];
  for (const input of file.inputs) values.set(input.name, addInput(inputs, input, file));
  const output = outputOf(file);
  const needed = nodesFor(file.nodes, output);
  // All that is missing is said before anything else that may be wrong.
  for (const { operator } of needed) if (!all.has(operator)) throw notSupported(operator);
  let cost = 0;
  for (const node of needed) {
    for (const [name, value] of evaluate(node, values)) {
      if (values.has(name)) throw unusable(`The graph computes ${name} twice.`);
      values.set(name, value);
      cost += value?.kind === 'columns' ? value.columns.reduce((sum, column) => sum + costOf(column), 0) : 0;
      if (cost > mostCost) throw unusable('The graph takes too many steps to be imported.');
    }
  }
  const found = values.get(output);
  if (found?.kind !== 'columns') throw unusable(`The output ${output} is not computed from the inputs.`);
  return { inputs, output: found };
}

function evaluate(node: OnnxNode, values: ReadonlyMap<string, Value | null>): [string, Value | null][] {
  const inputs = node.inputs.map((name) => {
    if (name === '') return null;
    const value = values.get(name);
    if (value === undefined) throw unusable(`The graph takes ${name} before it is computed.`);
    if (value === null)
      throw unusable(`The operator ${node.operator} works on a predicted class, which cannot be imported.`);
    return value;
  });
  const results = all.get(node.operator)!({ ...node, inputs });
  return node.outputs.flatMap((name, i) =>
    name === '' ? [] : [[name, results[i] ?? null] as [string, Value | null]],
  );
}

function notSupported(operator: string) {
  return unusable(
    `The model uses the operator ${operator.slice(0, 100)}, which cannot be imported. Trees and linear models can, with the ` +
      'usual preparation of their inputs.',
  );
}

/** The name of the one that gives probabilities: the other is the predicted class. */
function outputOf({ outputs }: OnnxFile): string {
  const numbers = outputs.filter(({ type }) => type !== types.int64 && type !== types.text);
  const chosen = numbers.find(({ name }) => /prob/i.test(name)) ?? numbers.at(-1);
  if (!chosen) throw unusable('The model gives no probabilities, only the predicted class.');
  return chosen.name;
}

/** In their order, which is that in which they are computed. */
function nodesFor(nodes: readonly OnnxNode[], output: string): OnnxNode[] {
  const asked = new Set([output]);
  return nodes
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some((name) => asked.has(name))) return false;
      for (const name of node.inputs) asked.add(name);
      return true;
    })
    .reverse();
}

/** An input of one column has its name; those of more are named by a property of the file. */
function addInput(inputs: OutsideInput[], { name, type, width }: OnnxInput, file: OnnxFile): Columns {
  const names = width === 1 && file.inputs.length > 1 ? [name] : (featureNames(file, width) ?? [name]);
  if (names.length !== width)
    throw unusable(
      `The input ${name} has ${width} columns without names. Convert the model with one input for each column, or name them in the ` +
        'file: onnx.helper.set_model_props(model, {"feature_names": json.dumps(names)}).',
    );
  if (inputs.length + width > limits.inputs)
    throw unusable(`The model has more than ${limits.inputs} inputs.`);
  const datesAreDays = file.producer.startsWith('Holdfast');
  const columns = names.map((own): Column => {
    const place = inputs.push({ name: own, type: type === types.text ? 'text' : 'number', datesAreDays }) - 1;
    if (type === types.text) return { kind: 'text', input: place, at: String };
    const { at } = inputCurve(place, type === types.float);
    return { kind: 'function', of: place, at, bends: [], size: 1, depth: 1 };
  });
  return columnsValue(type, columns);
}

/** A list as JSON, or with commas. */
function featureNames({ properties }: OnnxFile, width: number): readonly string[] | null {
  const text = properties.get('feature_names');
  if (text === undefined) return null;
  const names = text.trim().startsWith('[') ? parsed(text) : text.split(',').map((name) => name.trim());
  return Array.isArray(names) && names.length === width ? names.map(String) : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
