/** Operators of ai.onnx.ml that are models: ensembles of trees and linear models. */
import { constant, type Column, type Ensemble } from './columns.ts';
import { weightedSum } from './sums.ts';
import { complements, probabilities, products, softmax } from './arithmetic.ts';
import { readEnsemble } from './node-lists.ts';
import { readTreeEnsemble } from './tree-ensemble.ts';
import { types } from './tensor.ts';
import { columnsOf, columnsValue, unread, type Call, type Columns, type Operator } from './values.ts';

/** The predicted class, of which nothing is made here, and what both classes get. */
type Classification = readonly [null, Columns];

const linearRegressor: Operator = (call) => {
  if (call.attributes.number('targets', 1) !== 1) throw unread(call, 'gives more than one number');
  plain(call);
  return [columnsValue(types.float, linear(call, 1))];
};

const linearClassifier: Operator = (call): Classification => {
  const [first, second] = linear(call, 2) as [Column, Column];
  const transform = call.attributes.text('post_transform', 'NONE');
  const sums = [first, second];
  if (transform === 'NONE') return classes(call, sums);
  if (transform === 'SOFTMAX') return classes(call, softmax(call.operator, sums));
  if (transform !== 'LOGISTIC') throw unread(call, `ends with ${transform.slice(0, 40)}`);
  return classes(call, probabilities(call.operator, sums));
};

/** As many sums as the model has rows of coefficients, which are `rows`. */
function linear(call: Call, rows: number): Column[] {
  const { columns } = columnsOf(call, 0);
  const { attributes, operator } = call;
  const coefficients = attributes.numbers('coefficients');
  const intercepts = attributes.numbers('intercepts');
  if (coefficients.length !== rows * columns.length || ![0, rows].includes(intercepts.length))
    throw unread(call, `has ${coefficients.length} coefficients for ${columns.length} columns`);
  const sums = products(call, columns, (i, j) => coefficients[j * columns.length + i]!, {
    width: rows,
    type: types.float,
  });
  return sums.map((sum, j) =>
    weightedSum(operator, { columns: [sum, constant(1)], weights: [1, intercepts[j] ?? 0], shift: 0 }, true),
  );
}

const treeRegressor: Operator = (call) => {
  if (call.attributes.number('n_targets', 1) !== 1) throw unread(call, 'gives more than one number');
  plain(call);
  const ensemble = readEnsemble(call, columnsOf(call, 0).columns, 'target');
  const aggregate = call.attributes.text('aggregate_function', 'SUM');
  const [base = 0] = call.attributes.numbers('base_values');
  return [columnsValue(types.float, [sumOfTrees(call, ensemble, { target: 0, base, aggregate })])];
};

const aggregates = ['AVERAGE', 'SUM', 'MIN', 'MAX'];

const treeEnsemble: Operator = (call) => {
  const given = columnsOf(call, 0);
  const { attributes } = call;
  if (attributes.number('n_targets', 1) !== 1) throw unread(call, 'gives more than one number');
  if (attributes.number('post_transform', 0) !== 0) throw unread(call, 'changes what it adds up');
  const ensemble = readTreeEnsemble(call, given.columns);
  const aggregate = aggregates[attributes.number('aggregate_function', 1)] ?? '';
  return [columnsValue(given.type, [sumOfTrees(call, ensemble, { target: 0, base: 0, aggregate })])];
};

function sumOfTrees(
  call: Call,
  ensemble: Ensemble,
  { target, base, aggregate }: { readonly target: number; readonly base: number; readonly aggregate: string },
): Column {
  if (aggregate !== 'SUM' && aggregate !== 'AVERAGE')
    throw unread(call, `takes the ${aggregate || 'unknown'} of its trees`);
  const factor = aggregate === 'SUM' ? 1 : 1 / ensemble.trees.length;
  return { kind: 'sum', constant: base, terms: [], trees: [{ ensemble, target, factor }] };
}

/** Where all leaves are of one class, the other gets what is left: of 1 for rates, of 0 for log-odds. */
const treeClassifier: Operator = (call): Classification => {
  const { attributes, operator } = call;
  const ensemble = readEnsemble(call, columnsOf(call, 0).columns, 'class');
  const bases = attributes.numbers('base_values');
  const transform = attributes.text('post_transform', 'NONE');
  const sum = (target: number, base = 0) => sumOfTrees(call, ensemble, { target, base, aggregate: 'SUM' });
  const used = [...new Set(attributes.numbers('class_ids'))];
  if (used.length === 2) {
    if (bases.some((base) => base !== 0)) throw unread(call, 'adds base values to both classes');
    return classes(call, transformed(call, [sum(0), sum(1)], transform));
  }
  const one = sum(used[0] ?? 0, bases.at(-1));
  const areRates = bases.length < 2 && classWeights(call).every((weight) => weight >= 0);
  // Runtimes differ in what they make of such a sum.
  if (areRates && transform !== 'NONE')
    throw unread(call, `ends with ${transform.slice(0, 40)}, but has only positive leaves`);
  if (transform === 'LOGISTIC') return classes(call, complements(operator, one));
  const other = { columns: [one], weights: [-1], shift: areRates ? 1 : 0 };
  return classes(call, [weightedSum(operator, other, false), one]);
};

function classWeights({ attributes }: Call): readonly number[] {
  return attributes.numbers('class_weights');
}

function transformed(call: Call, sums: readonly Column[], transform: string): readonly Column[] {
  if (transform === 'NONE') return sums;
  if (transform === 'SOFTMAX') return softmax(call.operator, sums);
  if (transform === 'LOGISTIC') return probabilities(call.operator, sums);
  throw unread(call, `ends with ${transform.slice(0, 40)}`);
}

function classes(call: Call, columns: readonly Column[]): Classification {
  return [null, { ...columnsValue(types.float, columns), labels: labelsOf(call) }];
}

function labelsOf({ attributes }: Call): readonly string[] {
  const texts = attributes.texts('classlabels_strings');
  if (texts.length > 0) return texts;
  const name = ['classlabels_int64s', 'classlabels_ints'].find((one) => attributes.has(one)) ?? '';
  return attributes.numbers(name).map(String);
}

/** Probabilities by the names of classes. */
const zipMap: Operator = (call) => [{ ...columnsOf(call, 0), labels: labelsOf(call) }];

/** Runtimes do not agree on what a regression that ends with something is. */
function plain(call: Call): void {
  const transform = call.attributes.text('post_transform', 'NONE');
  if (transform !== 'NONE') throw unread(call, `ends with ${transform.slice(0, 40)}`);
}

export const modelOperators: Readonly<Record<string, Operator>> = {
  'ai.onnx.ml.LinearRegressor': linearRegressor,
  'ai.onnx.ml.LinearClassifier': linearClassifier,
  'ai.onnx.ml.TreeEnsembleRegressor': treeRegressor,
  'ai.onnx.ml.TreeEnsembleClassifier': treeClassifier,
  'ai.onnx.ml.TreeEnsemble': treeEnsemble,
  'ai.onnx.ml.ZipMap': zipMap,
};
