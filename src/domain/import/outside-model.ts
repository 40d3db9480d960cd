/** A model of another program, read and checked, before its inputs are matched with the columns of a dataset. */
import { AppError } from '../../errors.ts';
import type { Calibration } from '../../ml/model/calibration.ts';
import type { Curve } from './curve.ts';

export interface OutsideModel {
  /** Its program and version, such as 'XGBoost 3.0.2'. */
  readonly origin: string;
  readonly inputs: readonly OutsideInput[];
  readonly sum: OutsideSum;
  /** What the sum is: the probability itself, or its log-odds. */
  readonly sumIs: 'probability' | 'log-odds';
  /** What is done to that probability. */
  readonly calibration: Calibration;
}

export interface OutsideInput {
  /** As the model was trained with it. */
  readonly name: string;
  readonly type: 'number' | 'text';
  /** Days since 1970-01-01 where the column is one of dates. */
  readonly datesAreDays: boolean;
}

/** A constant plus what the trees say, or plus curves. */
export type OutsideSum = OutsideTrees | OutsideCurves;

export interface OutsideTrees {
  readonly kind: 'trees';
  readonly constant: number;
  /** What nodes compare. */
  readonly columns: readonly Curve[];
  readonly trees: readonly OutsideTree[];
}

export interface OutsideCurves {
  readonly kind: 'curves';
  readonly constant: number;
  readonly curves: readonly Curve[];
}

/** Nodes of a tree, of which 0 is the root. Each has one parent, but the root none. */
export interface OutsideTree {
  /** Column that a node compares; −1 in a leaf. */
  readonly column: Int32Array;
  readonly test: readonly Test[];
  readonly edge: Float64Array;
  readonly missingGoesLeft: Uint8Array;
  /** Of the test 'member', by node. */
  readonly members: ReadonlyMap<number, ReadonlySet<number>>;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Of leaves. */
  readonly value: Float64Array;
  /** Weight of the rows that reached the node in training, > 0; null where the file does not say. */
  readonly cover: Float64Array | null;
}

/** What a number is, compared with the edge of a node, if the row goes left. */
export type Test = 'at most' | 'less' | 'at least' | 'greater' | 'equal' | 'not equal' | 'member';

const tests: Readonly<Record<Exclude<Test, 'member'>, (value: number, edge: number) => boolean>> = {
  'at most': (value, edge) => value <= edge,
  less: (value, edge) => value < edge,
  'at least': (value, edge) => value >= edge,
  greater: (value, edge) => value > edge,
  equal: (value, edge) => value === edge,
  'not equal': (value, edge) => value !== edge,
};

/** Whether a row goes left whose number in the node's column is `value`; NaN is missing. */
export function goesLeft(tree: OutsideTree, node: number, value: number): boolean {
  if (Number.isNaN(value) && tree.missingGoesLeft[node] === 1) return true;
  const test = tree.test[node]!;
  return test === 'member'
    ? (tree.members.get(node)?.has(value) ?? false)
    : tests[test](value, tree.edge[node]!);
}

export const limits = { trees: 5_000, nodes: 2_000_000, inputs: 5_000 } as const;
/** As in the check of a model file. */
const mostDepth = 200;

/** From the root every node is reached at most once, and soon enough. Children of a leaf are −1. */
export function checkShape(
  left: ArrayLike<number>,
  right: ArrayLike<number>,
  wrong: (what: string) => Error,
): void {
  const isReached = new Uint8Array(left.length);
  let level = [0];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > mostDepth) throw wrong(`is deeper than ${mostDepth} splits`);
    const next: number[] = [];
    for (const node of level) {
      if (isReached[node] === 1) throw wrong('leads to a node twice');
      isReached[node] = 1;
      const children = [left[node]!, right[node]!];
      if (children.every((child) => child === -1)) continue;
      if (!children.every((child) => Number.isInteger(child) && child > 0 && child < left.length))
        throw wrong('leads out of itself');
      next.push(...children);
    }
    level = next;
  }
}

/** The file cannot be imported: what is wrong, and what to do. */
export function unusable(message: string): AppError {
  return new AppError(422, 'unusable-model', message);
}
