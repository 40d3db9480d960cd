import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { binRows, type FeatureBins } from '../../../src/ml/tree/bins.ts';
import {
  addRoot,
  addSplit,
  addTreeValues,
  createTreeWriter,
  finishTrees,
} from '../../../src/ml/tree/predict.ts';
import { addShap, planShap } from '../../../src/ml/tree/shap.ts';
import { numberColumn } from './sample-tables.ts';

interface Node {
  nodeid: number;
  cover: number;
  leaf?: number;
  split?: string;
  split_condition?: number;
  yes?: number;
  no?: number;
  missing?: number;
  children?: Node[];
}

interface Oracle {
  trees: Node[];
  rows: (number | null)[][];
  margins: number[];
  contributions: number[][];
}

const FEATURES = 6;
// Written by tests/oracles/xgboost_shap.py.
const oracle = JSON.parse(
  readFileSync(new URL('../../oracles/xgboost-shap.json', import.meta.url), 'utf8'),
) as Oracle;

const featureOf = (node: Node): number => Number(node.split!.slice(1));

/** Every threshold becomes a bin edge: XGBoost goes left when value < threshold, ours when its bin is low. */
function edgesOf(nodes: readonly Node[]): number[][] {
  const edges = Array.from({ length: FEATURES }, () => new Set<number>());
  const visit = (node: Node): void => {
    if (node.children === undefined) return;
    edges[featureOf(node)]!.add(node.split_condition!);
    node.children.forEach(visit);
  };
  nodes.forEach(visit);
  return edges.map((set) => [...set].sort((a, b) => a - b));
}

function importTrees(nodes: readonly Node[], edges: readonly number[][]) {
  const writer = createTreeWriter();
  const write = (node: Node, at: number): void => {
    writer.cover[at] = node.cover;
    if (node.children === undefined) {
      writer.value[at] = node.leaf!;
      return;
    }
    const feature = featureOf(node);
    const left = addSplit(writer, at, {
      feature,
      low: node.missing === node.yes ? 0 : 1,
      high: 1 + edges[feature]!.indexOf(node.split_condition!),
      set: null,
    });
    const child = (id: number): Node => node.children!.find((one) => one.nodeid === id)!;
    write(child(node.yes!), left);
    write(child(node.no!), left + 1);
  };
  for (const node of nodes) write(node, addRoot(writer));
  return finishTrees(writer, FEATURES);
}

describe('trees imported from XGBoost', () => {
  const edges = edgesOf(oracle.trees);
  const trees = importTrees(oracle.trees, edges);
  const bins = edges.map((list, f): FeatureBins => ({
    kind: 'number',
    name: `f${f}`,
    edges: Float64Array.from(list),
  }));
  const table = {
    rowCount: oracle.rows.length,
    columns: bins.map(({ name }, f) =>
      numberColumn(
        name,
        oracle.rows.map((row) => row[f] ?? NaN),
      ),
    ),
  };
  const rows = binRows(bins, table, 0, table.rowCount);
  const plan = planShap(trees);
  const bias = Math.log(0.4 / 0.6);

  it('give XGBoost’s margins', () => {
    const sums = new Float64Array(table.rowCount).fill(bias);
    addTreeValues(trees, rows, sums);
    sums.forEach((sum, i) => {
      expect(sum).toBeCloseTo(oracle.margins[i]!, 5);
    });
  });

  it('get XGBoost’s SHAP values, up to its single precision', () => {
    const found = new Float64Array(table.rowCount * FEATURES);
    addShap(plan, rows, found);
    oracle.contributions.forEach((expected, i) => {
      for (let f = 0; f < FEATURES; f++) expect(found[i * FEATURES + f]).toBeCloseTo(expected[f]!, 5);
      expect(plan.base + bias).toBeCloseTo(expected[FEATURES]!, 5);
    });
  });
});
