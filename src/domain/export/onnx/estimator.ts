/** The probability of a model as a graph, one entry a family: a new family does not compile without one. */
import { CUT as blendCut } from '../../../ml/auto/blend.ts';
import type { FittedEstimator } from '../../../ml/estimators.ts';
import type { FamilyModels, FamilyName, FittedFamily } from '../../../ml/families.ts';
import { CUT as calibrationCut, type Calibration } from '../../../ml/model/calibration.ts';
import type { Model } from '../../../ml/model/model.ts';
import { brokenLines, cutLogit, scaled, sumOf } from './arithmetic.ts';
import type { Graph } from './graph.ts';
import { addLinear } from './linear.ts';
import { addNetwork } from './network.ts';
import { addTrees, type TreeModel } from './trees.ts';

export interface GraphInputs {
  /** One a feature: doubles, or places of levels as whole numbers. */
  readonly columns: readonly string[];
  /** All of them side by side, as doubles. */
  readonly rows: string;
}

type Writer<Model> = (graph: Graph, model: Model, inputs: GraphInputs) => string;

const writers: { readonly [F in FamilyName]: Writer<FamilyModels[F]> } = {
  logistic: (graph, model, { columns }) => addLinear(graph, model, columns),
  forest: (graph, model, { rows }) =>
    scaled(graph, addValues(graph, model, rows), 1 / (model.trees.roots.length - 1), 0),
  boosting: (graph, model, { rows }) =>
    graph.node('Sigmoid', [scaled(graph, addValues(graph, model, rows), 1, model.baseMargin)]),
  network: (graph, model, { columns }) => addNetwork(graph, model, columns),
  'logit-leaf': addLogitLeaf,
};

/** Adds the calibrated probability. */
export function addProbability(
  graph: Graph,
  { estimator, calibration }: Pick<Model, 'estimator' | 'calibration'>,
  inputs: GraphInputs,
): string {
  return addCalibration(graph, calibration, addEstimator(graph, estimator, inputs));
}

function addEstimator(graph: Graph, fitted: FittedEstimator, inputs: GraphInputs): string {
  if (fitted.family !== 'auto') return addFamily(graph, fitted, inputs);
  const { members, blend } = fitted.model;
  const terms = members.map((member, k) =>
    scaled(graph, cutLogit(graph, addFamily(graph, member, inputs), blendCut), blend.weights[k]!, 0),
  );
  return graph.node('Sigmoid', [scaled(graph, sumOf(graph, terms), 1, blend.intercept)]);
}

function addFamily<F extends FamilyName>(
  graph: Graph,
  { family, model }: FittedFamily<F>,
  inputs: GraphInputs,
): string {
  return writers[family](graph, model, inputs);
}

function addValues(graph: Graph, model: TreeModel, rows: string): string {
  const of = (node: number) => ({ target: 0, weight: model.trees.value[node]! });
  return addTrees(graph, model, rows, { targets: 1, of });
}

/** The tree says in which segment a row is: a column for each, 1 in one of them. */
function addLogitLeaf(
  graph: Graph,
  model: FamilyModels['logit-leaf'],
  { columns, rows }: GraphInputs,
): string {
  const { bins, tree, leaves } = model;
  const nodes = [...tree.feature.keys()].filter((node) => tree.feature[node]! < 0);
  const of = (node: number) => ({ target: nodes.indexOf(node), weight: 1 });
  // A tree of one leaf is written twice, on both sides of a split.
  const chosen = addTrees(graph, { bins, trees: tree }, rows, { targets: nodes.length, of });
  const probabilities = nodes.map((node) => {
    const leaf = leaves[node];
    return leaf ? addLinear(graph, leaf, columns) : constantColumn(graph, rows, tree.value[node]!);
  });
  const all = graph.node('Concat', probabilities, { axis: { int: 1 } });
  const ones = graph.doubles(
    nodes.map(() => 1),
    [nodes.length, 1],
  );
  return graph.node('MatMul', [graph.node('Mul', [chosen, all]), ones]);
}

/** The same in each row. */
function constantColumn(graph: Graph, rows: string, value: number): string {
  const count = graph.node('Shape', [rows], { end: { int: 1 } });
  const shape = graph.node('Concat', [count, graph.ints([1])], { axis: { int: 0 } });
  return graph.node('Expand', [graph.doubles([value]), shape]);
}

function addCalibration(graph: Graph, calibration: Calibration | undefined, probability: string): string {
  if (calibration === undefined || calibration.method === 'none') return probability;
  if (calibration.method === 'platt') {
    const margin = cutLogit(graph, probability, calibrationCut);
    return graph.node('Sigmoid', [scaled(graph, margin, calibration.slope, calibration.intercept)]);
  }
  const values = Array.from(calibration.rates, (rate) => [rate]);
  return brokenLines(graph, probability, { knots: [...calibration.scores], values });
}
