/** Files that are damaged or hostile: a clear message or a sound model, and soon. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/errors.ts';
import { convert } from '../../../../src/domain/import/convert.ts';
import { readOnnx } from '../../../../src/domain/import/onnx/read.ts';
import { prepareTraining, readTrainingTable } from '../../../../src/domain/training/table.ts';
import { encodeTable, fitEncoder } from '../../../../src/ml/data/encoding.ts';
import { takeRows } from '../../../../src/ml/data/table.ts';
import { estimators, predictWith } from '../../../../src/ml/estimators.ts';
import { checkCalibration } from '../../../../src/ml/model/calibration.ts';
import { FLOAT, INT64, onnxFile, type FileParts, type NodeParts } from '../../../helpers/onnx-builder.ts';
import { createRandom } from '../../../helpers/random.ts';

const oracle = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../oracles/onnx-import.json'), 'utf8'),
) as { csv: string; models: Record<string, { onnx: string }> };
const { data, types, label } = prepareTraining(readTrainingTable(oracle.csv), null);
const encoder = fitEncoder(data, types);
const someRows = takeRows(
  data,
  Int32Array.from({ length: 20 }, (_, row) => row),
);

/** The model, with the columns of the dataset. */
function imported(bytes: Uint8Array) {
  const { features, calibration, estimatorFor } = convert(readOnnx(bytes, label), encoder);
  const table = encodeTable(features, someRows);
  return { features, calibration, table, estimator: estimatorFor(table) };
}

/** 'refused' with a message, or 'sound'; anything else is thrown. */
function outcomeOf(bytes: Uint8Array): 'refused' | 'sound' {
  try {
    const { features, calibration, table, estimator } = imported(bytes);
    expect(estimators[estimator.family].check({ ...estimator.model }, features)).toBeNull();
    expect(checkCalibration(calibration)).toBeNull();
    const probabilities = predictWith(estimator, table);
    expect(probabilities.every((p) => p >= 0 && p <= 1)).toBe(true);
    return 'sound';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.status).toBe(422);
    return 'refused';
  }
}

describe('a file of which something was changed', () => {
  it.each([
    ['logistic regression', 1],
    ['XGBoost of a matrix', 2],
    ['decision tree', 3],
    ['stochastic gradient descent', 3],
  ])('is refused or sound, whichever byte it is: %s', (name, step) => {
    const bytes = Buffer.from(oracle.models[name]!.onnx, 'base64');
    const random = createRandom(1);
    const outcomes = { refused: 0, sound: 0 };
    for (let at = 0; at < bytes.length; at += step) {
      const copy = Uint8Array.from(bytes);
      copy[at]! ^= 1 + random.below(255);
      outcomes[outcomeOf(copy)]++;
    }
    expect(Math.min(outcomes.refused, outcomes.sound)).toBeGreaterThan(bytes.length / step / 5);
  });

  it('is refused wherever it ends', () => {
    const bytes = Buffer.from(oracle.models['decision tree']!.onnx, 'base64');
    for (let end = 0; end < bytes.length - 60; end += 7)
      expect(outcomeOf(bytes.subarray(0, end))).toBe('refused');
  });
});

/** A sigmoid of `sum`, which the other nodes compute. */
const ended = (nodes: readonly NodeParts[], parts: Partial<FileParts> = {}) =>
  onnxFile({
    inputs: { tenure: [FLOAT, 1], MonthlyCharges: [FLOAT, 1] },
    ...parts,
    nodes: [...nodes, ['Sigmoid', ['sum'], ['probability']]],
  });
const stump = {
  n_targets: 1,
  nodes_treeids: [0, 0, 0],
  nodes_nodeids: [0, 1, 2],
  nodes_featureids: [0, 0, 0],
  nodes_modes: { texts: ['BRANCH_LT', 'LEAF', 'LEAF'] },
  nodes_values: { floats: [5, 0, 0] },
  nodes_truenodeids: [1, 0, 0],
  nodes_falsenodeids: [2, 0, 0],
  target_treeids: [0, 0],
  target_nodeids: [1, 2],
  target_ids: [0, 0],
  target_weights: { floats: [1, -1] },
};
const tree = (changes: NonNullable<NodeParts[3]>) =>
  ended([['ml.TreeEnsembleRegressor', ['tenure'], ['sum'], { ...stump, ...changes }]]);
const doubled = (count: number) =>
  ended(
    Array.from({ length: count }, (_, i): NodeParts => {
      const from = i === 0 ? 'tenure' : `x${i}`;
      return ['Add', [from, from], [i === count - 1 ? 'sum' : `x${i + 1}`]];
    }),
  );

describe('a file that cannot be imported says why:', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['no file at all', Buffer.from('hello, world'), /damaged, or neither an ONNX model nor/],
    ['an empty file', Buffer.alloc(0), /damaged, or neither/],
    ['an operator', ended([['Tanh', ['tenure'], ['sum']]]), /operator Tanh, which cannot be imported/],
    [
      'another of ai.onnx.ml',
      ended([['ml.SVMRegressor', ['tenure'], ['sum']]]),
      /operator ai\.onnx\.ml\.SVMRegressor,/,
    ],
    [
      'a network',
      ended([
        ['Add', ['tenure', 'MonthlyCharges'], ['x']],
        ['Relu', ['x'], ['sum']],
      ]),
      /Relu works on several/,
    ],
    [
      'a product of inputs',
      ended([['Mul', ['tenure', 'MonthlyCharges'], ['sum']]]),
      /Mul works on several inputs/,
    ],
    ['a circle', ended([['Neg', ['sum'], ['sum']]]), /takes sum before it is computed/],
    [
      'a value twice',
      ended([
        ['Neg', ['tenure'], ['sum']],
        ['Relu', ['tenure'], ['sum']],
      ]),
      /computes sum twice/,
    ],
    ['a value of nothing', ended([['Neg', ['other'], ['sum']]]), /takes other before/],
    ['a curve', ended([['Log', ['tenure'], ['sum']]]), /tenure adds to the sum of the model is no line/],
    [
      'steps',
      ended([['Greater', ['tenure', 'five'], ['sum']]], { constants: { five: [[], [5]] } }),
      /is no line/,
    ],
    ['columns that double', doubled(40), /Add makes a curve of too many steps/],
    ['a long chain', ended(chain(200)), /too many steps/],
    [
      'no classifier',
      onnxFile({ nodes: [['Neg', ['tenure'], ['probability']]], inputs: { tenure: [FLOAT, 1] } }),
      /no probability/,
    ],
    [
      'columns without names',
      ended([['Identity', ['input'], ['sum']]], { inputs: { input: [FLOAT, 3] } }),
      /3 columns without names/,
    ],
    [
      'too many columns',
      ended([['Identity', ['input'], ['sum']]], { inputs: { input: [FLOAT, 9_999] } }),
      /9999 columns/,
    ],
    [
      'only classes',
      onnxFile({ nodes: [['Identity', ['tenure'], ['label']]], outputs: { label: INT64 } }),
      /gives no probabilities/,
    ],
    [
      'a wide product',
      ended([['MatMul', ['tenure', 'w'], ['sum']]], {
        constants: {
          w: [
            [2, 1],
            [1, 1],
          ],
        },
      }),
      /do not fit/,
    ],
    [
      'a constant that is cut off',
      ended([], { constants: { w: [[3], [1]] } }),
      /has 1 values, but the dimensions 3/,
    ],
    ['a loop of nodes', tree({ nodes_truenodeids: [0, 0, 0] }), /leads out of itself/],
    ['a node of two parents', tree({ nodes_falsenodeids: [1, 0, 0] }), /leads to a node twice/],
    ['a child that there is not', tree({ nodes_truenodeids: [9, 0, 0] }), /leads out of itself/],
    ['a node twice', tree({ nodes_nodeids: [0, 1, 1] }), /has a node twice/],
    ['a column that there is not', tree({ nodes_featureids: [7, 0, 0] }), /a column that there is not/],
    ['lists that do not fit', tree({ nodes_values: { floats: [5, 0] } }), /lists of different lengths/],
    ['a leaf that is no number', tree({ target_weights: { floats: [NaN, 1] } }), /a leaf that is not finite/],
    [
      'an unknown mode',
      tree({ nodes_modes: { texts: ['BRANCH_ODD', 'LEAF', 'LEAF'] } }),
      /the mode BRANCH_ODD/,
    ],
    [
      'equal numbers',
      tree({ nodes_modes: { texts: ['BRANCH_EQ', 'LEAF', 'LEAF'] } }),
      /asks whether tenure equals a number/,
    ],
    ['no trees', tree(Object.fromEntries(Object.keys(stump).map((name) => [name, []]))), /has 0 trees/],
    ['the least of trees', tree({ aggregate_function: 'MIN' }), /takes the MIN of its trees/],
  ])('%s', (_words, bytes, message) => {
    expect(() => imported(bytes)).toThrow(message);
    expect(outcomeOf(bytes)).toBe('refused');
  });

  it('classes that are not those of the dataset', () => {
    const { onnx } = oracle.models['random forest with names of classes']!;
    const labels = { positive: 'left', negative: 'stayed' };
    expect(() => readOnnx(Buffer.from(onnx, 'base64'), labels)).toThrow(
      /are No and Yes, those of the dataset stayed and left/,
    );
  });
});

/** Each of which takes the one before. */
function chain(count: number): NodeParts[] {
  return Array.from({ length: count }, (_, i) => [
    'Abs',
    [i === 0 ? 'tenure' : `x${i}`],
    [i === count - 1 ? 'sum' : `x${i + 1}`],
  ]);
}
