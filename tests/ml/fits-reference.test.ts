import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TrainingData } from '../../src/ml/estimator.ts';
import { createRandom } from '../../src/ml/math/random.ts';
import { adamStep, createAdam } from '../../src/ml/network/adam.ts';
import { createNetwork, createWorkspace, lossAndSlopes, type Views } from '../../src/ml/network/passes.ts';
import { binColumns, binRows, fitBins } from '../../src/ml/tree/bins.ts';
import { boosting, boostedMargins } from '../../src/ml/tree/boosting.ts';
import { createGrowContext, type GrowParams } from '../../src/ml/tree/context.ts';
import { growTree } from '../../src/ml/tree/grow.ts';
import { createTreeWriter, type Trees } from '../../src/ml/tree/predict.ts';

/** A node of XGBoost's dump: rows with `value < split_condition` go to `yes`. */
interface XgbNode {
  readonly nodeid: number;
  readonly split?: string;
  readonly split_condition?: number;
  readonly yes?: number;
  readonly missing?: number;
  readonly leaf?: number;
  readonly children?: readonly XgbNode[];
}
interface Reference {
  readonly columns: readonly (readonly number[])[];
  readonly columnsWithGaps: readonly (readonly (number | null)[])[];
  readonly target: readonly number[];
  readonly xgboost: readonly {
    readonly trees: number;
    readonly params: Readonly<
      Record<'max_leaves' | 'max_depth' | 'eta' | 'reg_lambda' | 'min_child_weight' | 'gamma', number>
    >;
    readonly fitted: readonly XgbNode[];
    readonly margins: readonly number[];
  }[];
  readonly sklearnTrees: readonly {
    readonly params: {
      readonly max_leaf_nodes: number;
      readonly min_samples_leaf?: number;
      readonly min_weight_fraction_leaf?: number;
    };
    readonly weights: readonly number[] | null;
    readonly leaves: readonly number[];
    readonly rates: readonly number[];
  }[];
  readonly network: readonly {
    readonly rows: readonly (readonly number[])[];
    readonly target: readonly number[];
    readonly hidden: readonly number[];
    readonly weights: readonly (readonly (readonly number[])[])[];
    readonly shifts: readonly (readonly number[])[];
    readonly probabilities: readonly number[];
    readonly loss: number;
    readonly weightSlopes: readonly (readonly (readonly number[])[])[];
    readonly shiftSlopes: readonly (readonly number[])[];
    readonly learningRate: number;
    readonly weightsAfter: readonly (readonly (readonly number[])[])[];
    readonly shiftsAfter: readonly (readonly number[])[];
  }[];
}
/** Made by tests/oracles/fits_reference.py. */
const reference = JSON.parse(
  readFileSync(new URL('../oracles/fits-reference.json', import.meta.url), 'utf8'),
) as Reference;

const dataOf = (columns: readonly (readonly (number | null)[])[]): TrainingData => ({
  table: {
    rowCount: reference.target.length,
    columns: columns.map((cells, f) => ({
      kind: 'number',
      name: `f${f}`,
      values: Float64Array.from(cells, (value) => value ?? NaN),
    })),
  },
  target: Uint8Array.from(reference.target),
});
const data = dataOf(reference.columns);
const dataWithGaps = dataOf(reference.columnsWithGaps);
const allRows = Array.from(reference.target.keys());

describe('gradient boosting grows the trees of XGBoost', () => {
  const bins = fitBins(dataWithGaps.table);
  const binned = binRows(bins, dataWithGaps.table, 0, allRows.length);
  const cell = (feature: number, row: number) => reference.columnsWithGaps[feature]![row]!;
  const goesLeft = ({ low, high }: Trees, node: number, feature: number, row: number) => {
    const bin = binned[row * bins.length + feature]!;
    return bin >= low[node]! && bin <= high[node]!;
  };

  /** The same feature, the same rows on either side, and so on down to the same values of the leaves. */
  const expectSame = (trees: Trees, node: number, theirs: XgbNode, rows: readonly number[]): void => {
    if (theirs.children === undefined) {
      expect(trees.feature[node]).toBe(-1);
      expect(trees.value[node]).toBeCloseTo(theirs.leaf!, 5);
      return;
    }
    const feature = Number(theirs.split!.slice(1));
    expect(trees.feature[node]).toBe(feature);
    const left = rows.filter((row) => {
      const value = cell(feature, row) as number | null;
      return value === null ? theirs.missing === theirs.yes : value < theirs.split_condition!;
    });
    expect(rows.filter((row) => goesLeft(trees, node, feature, row))).toEqual(left);
    const child = (id: number) => theirs.children!.find(({ nodeid }) => nodeid === id)!;
    const no = theirs.children.find(({ nodeid }) => nodeid !== theirs.yes)!;
    expectSame(trees, trees.left[node]!, child(theirs.yes!), left);
    expectSame(
      trees,
      trees.left[node]! + 1,
      no,
      rows.filter((row) => !left.includes(row)),
    );
  };

  it.each(reference.xgboost)('%#: $trees trees, $params', ({ trees, params, fitted, margins }) => {
    const model = boosting.fit(
      {
        ...boosting.defaults,
        trees,
        learningRate: params.eta,
        maxLeaves: params.max_leaves,
        maxDepth: params.max_depth || Infinity,
        minLeafWeight: params.min_child_weight,
        l2: params.reg_lambda,
        minGain: params.gamma,
        rowShare: 1,
        featureShare: 1,
      },
      dataWithGaps,
      createRandom(1),
    );
    fitted.forEach((tree, t) => {
      expectSame(model.trees, model.trees.roots[t]!, tree, allRows);
    });
    const ours = boostedMargins(model, dataWithGaps.table);
    margins.forEach((margin, row) => {
      expect(ours[row]).toBeCloseTo(margin, 4);
    });
  });
});

describe('a tree of a forest is the tree of scikit-learn', () => {
  const bins = fitBins(data.table);
  const context = createGrowContext(bins, binColumns(bins, data.table));

  it.each(reference.sklearnTrees)('%#: $params', ({ params, weights, leaves, rates }) => {
    const curvature = Float64Array.from(weights ?? allRows.map(() => 1));
    const total = curvature.reduce((sum, weight) => sum + weight, 0);
    const growParams: GrowParams = {
      maxLeaves: params.max_leaf_nodes,
      maxDepth: Infinity,
      featuresPerNode: Infinity,
      monotone: null,
      l2: 0,
      minLeafWeight: params.min_samples_leaf ?? total * params.min_weight_fraction_leaf! - 1e-9,
      minGain: 0,
      categorySmoothing: 0,
      categoryL2: 0,
      minLevelWeight: 1,
    };
    const rows = Int32Array.from(allRows.filter((row) => curvature[row]! > 0));
    const gradient = curvature.map((weight, row) => weight * reference.target[row]!);
    const task = { rows, features: Int32Array.from(bins.keys()), gradient, curvature };
    const grown = growTree(growParams, context, task, createTreeWriter(), createRandom(1));
    expect(grown).toHaveLength(new Set(leaves.filter((_, row) => curvature[row]! > 0)).size);
    for (const { start, end, value } of grown) {
      const own = [...rows.subarray(start, end)];
      expect(new Set(own.map((row) => leaves[row])).size).toBe(1);
      expect(value).toBeCloseTo(rates[own[0]!]!, 12);
    }
  });
});

describe('the network without batch norm is the one of scikit-learn', () => {
  it.each(reference.network)('%#: hidden layers $hidden', (example) => {
    const { rows, hidden, probabilities } = example;
    const inputCount = rows[0]!.length;
    const shape = { inputCount, slotCount: inputCount, widths: hidden, batchNorm: false };
    const network = createNetwork(shape, 0, createRandom(1));
    write(network.parameters, example.weights, example.shifts);
    const workspace = createWorkspace(shape, rows.length);
    rows.flat().forEach((value, at) => {
      workspace.slots.indices[at] = at % inputCount;
      workspace.slots.values[at] = value;
    });
    workspace.target.set(example.target);
    workspace.weights.fill(1);
    const loss = lossAndSlopes(network, workspace, rows.length, 0, 0, createRandom(1));
    expect(loss).toBeCloseTo(example.loss, 12);
    probabilities.forEach((probability, row) => {
      expect(1 / (1 + Math.exp(-workspace.margins[row]!))).toBeCloseTo(probability, 12);
    });
    expectViews(network.slopes, example.weightSlopes, example.shiftSlopes, 12);
    const { parameters, slopes, decayed } = network;
    adamStep(createAdam(parameters.all.length), parameters.all, slopes.all, decayed, example.learningRate, 0);
    expectViews(network.parameters, example.weightsAfter, example.shiftsAfter, 12);
  });

  type Weights = readonly (readonly (readonly number[])[])[];
  const arraysOf = ({ weights, shifts, outWeights, outShift }: Views) => ({
    weights: [...weights, outWeights],
    shifts: [...shifts, outShift],
  });
  const write = (views: Views, weights: Weights, shifts: readonly (readonly number[])[]): void => {
    const arrays = arraysOf(views);
    arrays.weights.forEach((array, l) => {
      array.set(weights[l]!.flat());
    });
    arrays.shifts.forEach((array, l) => {
      array.set(shifts[l]!);
    });
  };
  const expectViews = (
    views: Views,
    weights: Weights,
    shifts: readonly (readonly number[])[],
    digits: number,
  ): void => {
    const arrays = arraysOf(views);
    [...arrays.weights, ...arrays.shifts].forEach((array, k) => {
      const expected = [...weights.map((matrix) => matrix.flat()), ...shifts][k]!;
      expect(array).toHaveLength(expected.length);
      expected.forEach((value, i) => {
        expect(array[i]).toBeCloseTo(value, digits);
      });
    });
  };
});
