/** Neural networks: the inputs of all columns side by side, then the layers as products of matrices. */
import type { NetworkModel } from '../../../ml/network/network.ts';
import { NO_INPUT, type CategoryInputs, type NumberInputs } from '../../../ml/network/inputs.ts';
import { MISSING, UNSEEN } from '../../../ml/data/table.ts';
import { brokenLines, scaled, sumOf, whereMissing } from './arithmetic.ts';
import { placeOfCode } from './cells.ts';
import type { Graph } from './graph.ts';

const DOUBLE = 11;

/** Columns of a graph, and the inputs of the first layer that they are. */
interface Block {
  readonly columns: string;
  readonly inputs: readonly number[];
}

export function addNetwork(graph: Graph, model: NetworkModel, columns: readonly string[]): string {
  const blocks = model.inputs.columns.flatMap((column, j) =>
    column.kind === 'category'
      ? levelBlock(graph, column, columns[j]!)
      : numberBlocks(graph, column, columns[j]!),
  );
  const all = graph.node(
    'Concat',
    blocks.map((block) => block.columns),
    { axis: { int: 1 } },
  );
  const inputs = blocks.flatMap((block) => block.inputs);
  const margins = model.networks.map((layers) => addLayers(graph, layers, all, inputs));
  return graph.node('Sigmoid', [scaled(graph, sumOf(graph, margins), 1 / margins.length, 0)]);
}

/** A matrix with a row for each place of a level, gathered by place. */
function levelBlock(graph: Graph, { inputOfLevel, missingInput }: CategoryInputs, column: string): Block[] {
  const inputs = [...new Set([missingInput, ...inputOfLevel])].filter((input) => input !== NO_INPUT);
  if (inputs.length === 0) return [];
  const ofPlace = [UNSEEN, MISSING, ...inputOfLevel.keys()]
    .sort((a, b) => placeOfCode(a) - placeOfCode(b))
    .map((code) => (code === UNSEEN ? NO_INPUT : code === MISSING ? missingInput : inputOfLevel[code]!));
  const matrix = ofPlace.flatMap((own) => inputs.map((input) => Number(input === own)));
  const places = graph.node('Reshape', [column, graph.ints([-1])]);
  const table = graph.doubles(matrix, [ofPlace.length, inputs.length]);
  return [{ columns: graph.node('Gather', [table, places]), inputs }];
}

function numberBlocks(graph: Graph, inputs: NumberInputs, column: string): Block[] {
  const { knots, scores, scoreInput, hatInput, missingInput } = inputs;
  const isMissing = graph.node('Cast', [graph.node('IsNaN', [column])], { to: { int: DOUBLE } });
  const missing = missingInput === NO_INPUT ? [] : [{ columns: isMissing, inputs: [missingInput] }];
  if (knots.length < 2) return missing;
  const known = whereMissing(graph, column, knots[0]!, column);
  const within = graph.node('Clip', [known, graph.doubles([knots[0]!]), graph.doubles([knots.at(-1)!])]);
  const hats = hatInput === NO_INPUT ? [] : Array.from(knots, (_, k) => k);
  const values = Array.from(scores, (score, k) => [score, ...hats.map((hat) => Number(hat === k))]);
  const lines = brokenLines(graph, within, { knots: [...knots], values });
  const present = scaled(graph, isMissing, -1, 1);
  const own = {
    columns: graph.node('Mul', [lines, present]),
    inputs: [scoreInput, ...hats.map((hat) => hatInput + hat)],
  };
  return [own, ...missing];
}

/** Gives the log-odds of one network. `inputs`: the rows of the first layer's weights that the columns stand for. */
function addLayers(
  graph: Graph,
  layers: NetworkModel['networks'][number],
  first: string,
  inputs: readonly number[],
): string {
  let column = first;
  let rows = inputs;
  for (const [l, { weights, shift }] of layers.entries()) {
    const width = shift.length;
    const used = rows.flatMap((row) => [...weights.subarray(row * width, (row + 1) * width)]);
    const product = graph.node('MatMul', [column, graph.doubles(used, [rows.length, width])]);
    const sums = graph.node('Add', [product, graph.doubles(shift, [1, width])]);
    column = l === layers.length - 1 ? sums : graph.node('Relu', [sums]);
    rows = Array.from(shift, (_, unit) => unit);
  }
  return column;
}
