/** Graphs that were built by hand, against what onnxruntime computes with them. */
import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { convert } from '../../../../src/domain/import/convert.ts';
import { readOnnx } from '../../../../src/domain/import/onnx/read.ts';
import type { Feature } from '../../../../src/ml/data/schema.ts';
import { MISSING, type Table } from '../../../../src/ml/data/table.ts';
import { predictWith } from '../../../../src/ml/estimators.ts';
import { calibrate } from '../../../../src/ml/model/calibration.ts';
import { createRandom } from '../../../helpers/random.ts';
import {
  DOUBLE,
  FLOAT,
  onnxFile,
  TEXT,
  type FileParts,
  type NodeParts,
} from '../../../helpers/onnx-builder.ts';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

const label = { positive: 'yes', negative: 'no' };
const numberFeature = (name: string): Feature => ({
  name,
  type: 'number',
  levels: [],
  range: { min: 0, max: 9, median: 4, integer: false },
  missingShare: 0,
});
const plans = ['basic', 'pro', 'team'];
const features: readonly Feature[] = [
  numberFeature('tenure'),
  numberFeature('charge'),
  { ...numberFeature('plan'), type: 'category', levels: plans, range: null },
];

/** Thresholds of the graphs are among the numbers, as they are and rounded to floats. */
const rowCount = 300;
const random = createRandom(9);
const cells = () =>
  Float64Array.from({ length: rowCount }, (_, i) => [NaN, 2.3, Math.fround(2.3), 5, -1][i] ?? random() * 9);
const table: Table = {
  rowCount,
  columns: [
    { kind: 'number', name: 'tenure', values: cells() },
    { kind: 'number', name: 'charge', values: cells().reverse() },
    {
      kind: 'category',
      name: 'plan',
      levels: plans,
      codes: Int32Array.from({ length: rowCount }, (_, i) => (i === 7 ? MISSING : random.below(3))),
    },
  ],
};

function imported(bytes: Uint8Array): Float64Array {
  const { features: used, calibration, estimatorFor } = convert(readOnnx(bytes, label), features);
  const columns = used.map(({ name }) => table.columns.find((column) => column.name === name)!);
  const own = { rowCount, columns };
  return calibrate(calibration, predictWith(estimatorFor(own), own));
}

/** The last column of the output. */
async function inRuntime(bytes: Uint8Array): Promise<Float64Array> {
  const session = await ort.InferenceSession.create(bytes);
  const feeds = session.inputMetadata.map((input) => {
    const { name, type } = input as { name: string; type: string };
    return [name, tensorOf(name, type)] as const;
  });
  const { probability } = await session.run(Object.fromEntries(feeds));
  await session.release();
  const values = Float64Array.from(probability!.data as Float32Array);
  const width = values.length / rowCount;
  return values.filter((_, i) => i % width === width - 1);
}

function tensorOf(name: string, type: string): ort.Tensor {
  const column = table.columns.find((one) => one.name === name);
  if (column === undefined) {
    const pairs = table.columns.slice(0, 2).map((one) => (one.kind === 'number' ? one.values : []));
    return new ort.Tensor(
      Float32Array.from({ length: 2 * rowCount }, (_, i) => pairs[i % 2]![i >> 1]!),
      [rowCount, 2],
    );
  }
  if (column.kind === 'category')
    return new ort.Tensor(
      'string',
      Array.from(column.codes, (code) => plans[code] ?? ''),
      [rowCount, 1],
    );
  if (type === 'float64') return new ort.Tensor('float64', column.values, [rowCount, 1]);
  return new ort.Tensor(Float32Array.from(column.values), [rowCount, 1]);
}

const both: NodeParts = ['Concat', ['tenure', 'charge'], ['rows'], { axis: 1 }];

/** Trees of three nodes: a comparison of each column. `values`: of the leaves, two a tree. */
function stumps(modes: readonly string[], values: readonly number[], kind: 'class' | 'target') {
  const trees = [...modes.keys()];
  return {
    nodes_treeids: trees.flatMap((tree) => [tree, tree, tree]),
    nodes_nodeids: trees.flatMap(() => [0, 1, 2]),
    nodes_featureids: trees.flatMap((tree) => [tree % 2, 0, 0]),
    nodes_modes: { texts: modes.flatMap((mode) => [mode, 'LEAF', 'LEAF']) },
    nodes_values: { floats: trees.flatMap((tree) => [tree % 2 === 0 ? 2.3 : 5, 0, 0]) },
    nodes_truenodeids: trees.flatMap(() => [1, 0, 0]),
    nodes_falsenodeids: trees.flatMap(() => [2, 0, 0]),
    nodes_missing_value_tracks_true: trees.flatMap((tree) => [tree % 2, 0, 0]),
    [`${kind}_treeids`]: trees.flatMap((tree) => [tree, tree]),
    [`${kind}_nodeids`]: trees.flatMap(() => [1, 2]),
    [`${kind}_ids`]: values.map(() => 0),
    [`${kind}_weights`]: { floats: values },
  } as const;
}
const modes = ['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GT', 'BRANCH_GTE'];
const mixed = [0.5, -0.25, -1, 0.125, 0.3, -0.6, 0.7, -0.4];
const rates = [0.1, 0.2, 0.05, 0.25, 0, 0.2, 0.15, 0.1];
const classes = { classlabels_int64s: [0, 1] };
const regressor = { ...stumps(modes, mixed, 'target'), n_targets: 1 };

const graphs: Readonly<Record<string, FileParts>> = {
  'trees of log-odds, which end with a logistic': {
    nodes: [
      both,
      [
        'ml.TreeEnsembleClassifier',
        ['rows'],
        ['label', 'probability'],
        {
          ...stumps(modes, mixed, 'class'),
          ...classes,
          base_values: { floats: [-0.3] },
          post_transform: 'LOGISTIC',
        },
      ],
    ],
  },
  'trees of rates of one class': {
    nodes: [
      both,
      [
        'ml.TreeEnsembleClassifier',
        ['rows'],
        ['label', 'probability'],
        { ...stumps(modes, rates, 'class'), ...classes },
      ],
    ],
  },
  'trees of log-odds of both classes, which end with a softmax': {
    nodes: [
      both,
      [
        'ml.TreeEnsembleClassifier',
        ['rows'],
        ['label', 'probability'],
        {
          ...stumps(modes, mixed, 'class'),
          ...classes,
          class_ids: [0, 1, 1, 0, 0, 1, 1, 0],
          post_transform: 'SOFTMAX',
        },
      ],
    ],
  },
  'the mean of trees, and a sigmoid of its own': {
    nodes: [
      both,
      [
        'ml.TreeEnsembleRegressor',
        ['rows'],
        ['sum'],
        { ...regressor, aggregate_function: 'AVERAGE', base_values: { floats: [0.2] } },
      ],
      ['Sigmoid', ['sum'], ['probability']],
    ],
  },
  'trees with double thresholds': {
    inputs: { tenure: [DOUBLE, 1], charge: [DOUBLE, 1] },
    outputs: { probability: FLOAT },
    nodes: [
      both,
      [
        'ml.TreeEnsembleRegressor',
        ['rows'],
        ['sum'],
        {
          ...Object.fromEntries(Object.entries(regressor).filter(([name]) => !/values|weights/.test(name))),
          nodes_values_as_tensor: { doubles: [2.3, 0, 0, 5, 0, 0, 2.3, 0, 0, 5, 0, 0] },
          target_weights_as_tensor: { doubles: mixed },
        },
      ],
      ['Sigmoid', ['sum'], ['probability']],
    ],
  },
  'trees of scaled and imputed numbers': {
    nodes: [
      both,
      [
        'ml.Imputer',
        ['rows'],
        ['whole'],
        { imputed_value_floats: { floats: [2.3, 7] }, replaced_value_float: { float: NaN } },
      ],
      ['ml.Scaler', ['whole'], ['scaled'], { offset: { floats: [4, 3] }, scale: { floats: [0.3, 0.7] } }],
      ['ml.TreeEnsembleRegressor', ['scaled'], ['sum'], regressor],
      ['Sigmoid', ['sum'], ['probability']],
    ],
  },
  'trees of levels': {
    inputs: { tenure: [FLOAT, 1], plan: [TEXT, 1] },
    nodes: [
      [
        'ml.LabelEncoder',
        ['plan'],
        ['number'],
        { keys_strings: { texts: plans }, values_floats: { floats: [7, 3, 5] } },
      ],
      ['Concat', ['tenure', 'number'], ['rows'], { axis: 1 }],
      ['ml.TreeEnsembleRegressor', ['rows'], ['sum'], regressor],
      ['Sigmoid', ['sum'], ['probability']],
    ],
  },
  'a linear regression of one-hot levels, and a sigmoid': {
    inputs: { tenure: [FLOAT, 1], plan: [TEXT, 1] },
    nodes: [
      ['ml.OneHotEncoder', ['plan'], ['hot'], { cats_strings: { texts: plans }, zeros: 1 }],
      ['Reshape', ['hot', 'shape'], ['flat']],
      ['Clip', ['tenure', 'least', 'most'], ['within']],
      ['ml.FeatureVectorizer', ['within', 'flat'], ['rows'], { inputdimensions: [1, 3] }],
      [
        'ml.LinearRegressor',
        ['rows'],
        ['sum'],
        { coefficients: { floats: [0.2, 0.5, -0.7, 0.1] }, intercepts: { floats: [-0.4] } },
      ],
      ['Sigmoid', ['sum'], ['probability']],
    ],
    constants: { least: [[], [1]], most: [[], [6]] },
    shapes: { shape: [-1, 3] },
  },
  'a linear classifier of two rows': {
    nodes: [
      both,
      [
        'ml.LinearClassifier',
        ['rows'],
        ['label', 'probability'],
        {
          coefficients: { floats: [0.3, -0.2, -0.1, 0.4] },
          intercepts: { floats: [0.1, -0.5] },
          classlabels_ints: [0, 1],
          post_transform: 'SOFTMAX',
        },
      ],
    ],
  },
  'a product of matrices, and shares of each row': {
    nodes: [
      both,
      ['Gemm', ['rows', 'weights', 'shifts'], ['sums'], { transB: 1 }],
      ['Sigmoid', ['sums'], ['both']],
      ['ml.Normalizer', ['both'], ['probability'], { norm: 'L1' }],
    ],
    constants: {
      weights: [
        [2, 2],
        [0.3, -0.2, -0.3, 0.2],
      ],
      shifts: [[2], [0.1, -0.1]],
    },
  },
  'a matrix whose columns a property names': {
    inputs: { input: [FLOAT, 2] },
    nodes: [
      ['ml.TreeEnsembleRegressor', ['input'], ['sum'], regressor],
      ['Sigmoid', ['sum'], ['probability']],
    ],
    properties: { feature_names: '["tenure", "charge"]' },
  },
};

describe('a graph', () => {
  it.each(Object.entries(graphs))('gives what onnxruntime gives: %s', async (_name, parts) => {
    const bytes = onnxFile(parts);
    const own = imported(bytes);
    const theirs = await inRuntime(bytes);
    // A linear model of a runtime gives no number where one is missing.
    const largest = own.reduce((most, p, row) => {
      const other = theirs[row]!;
      return Number.isNaN(other) ? most : Math.max(most, Math.abs(p - other));
    }, 0);
    expect(own).toHaveLength(rowCount);
    expect(largest).toBeLessThan(1e-6);
  });
});
