/** Trees as nested CASE expressions: numbers are compared with the edges of their bins, levels by their codes. */
import { NO_VALUE_BIN, type FeatureBins } from '../../../ml/tree/bins.ts';
import type { Trees } from '../../../ml/tree/predict.ts';
import { SET_WORDS } from '../../../ml/tree/split.ts';
import { MISSING, UNSEEN } from '../../../ml/data/table.ts';
import type { Dialect } from './dialects.ts';
import { balanced, literal } from './expressions.ts';
import type { Steps } from './steps.ts';

const treesPerStep = 50;

export interface BinnedTrees {
  readonly bins: readonly FeatureBins[];
  readonly trees: Trees;
}

/** Adds the values of all trees, 50 in a step; gives their sum. `inputs`: the column of each feature. */
export function addTrees(steps: Steps, model: BinnedTrees, inputs: readonly string[]): string {
  const count = model.trees.roots.length - 1;
  const leaf = (node: number) => literal(steps.dialect, model.trees.value[node]!);
  const sums: string[] = [];
  for (let from = 0; from < count; from += treesPerStep) {
    const to = Math.min(from + treesPerStep, count);
    const some = Array.from({ length: to - from }, (_, i) =>
      treeSql(steps.dialect, model, inputs, from + i, leaf),
    );
    sums.push(...steps.add('t', [balanced(some)]));
  }
  return balanced(sums);
}

/** One tree; `leaf` writes what a leaf says. */
export function treeSql(
  dialect: Dialect,
  { bins, trees }: BinnedTrees,
  inputs: readonly string[],
  tree: number,
  leaf: (node: number) => string,
): string {
  const write = (node: number): string => {
    const feature = trees.feature[node]!;
    if (feature < 0) return leaf(node);
    const left = trees.left[node]!;
    const condition = conditionOf(dialect, { bins, trees }, node, inputs[feature]!);
    return `CASE WHEN ${condition} THEN ${write(left)} ELSE ${write(left + 1)} END`;
  };
  return write(trees.roots[tree]!);
}

/** When a row goes left. */
function conditionOf(dialect: Dialect, { bins, trees }: BinnedTrees, node: number, column: string): string {
  const own = bins[trees.feature[node]!]!;
  const set = trees.set[node]!;
  if (own.kind === 'category') return levelsCondition(own.binOfLevel, leftBins(trees, set), column);
  return numberCondition(dialect, own.edges, { low: trees.low[node]!, high: trees.high[node]! }, column);
}

/** A value v lies in bin 1 + #{edges ≤ v}; a missing one, which is NULL, in bin 0. */
function numberCondition(
  dialect: Dialect,
  edges: Float64Array,
  { low, high }: { readonly low: number; readonly high: number },
  column: string,
): string {
  if (high === NO_VALUE_BIN) return `${column} IS NULL`;
  const limits = [
    ...(low > 1 ? [`${column} >= ${literal(dialect, edges[low - 2]!)}`] : []),
    ...(high <= edges.length ? [`${column} < ${literal(dialect, edges[high - 1]!)}`] : []),
  ];
  const within = limits.join(' AND ') || `${column} IS NOT NULL`;
  return low === NO_VALUE_BIN ? `${column} IS NULL OR ${within}` : within;
}

/** Codes of levels, of 'missing' and of 'unseen'; whichever list is shorter. */
function levelsCondition(binOfLevel: Uint8Array, isLeft: (bin: number) => boolean, column: string): string {
  const codes = [UNSEEN, MISSING, ...binOfLevel.keys()];
  const goesLeft = (code: number) => isLeft(code < 0 ? NO_VALUE_BIN : binOfLevel[code]!);
  const left = codes.filter(goesLeft);
  const right = codes.filter((code) => !goesLeft(code));
  if (left.length === 0) return '1 = 0';
  if (right.length === 0) return '1 = 1';
  return left.length <= right.length
    ? `${column} IN (${left.join(', ')})`
    : `${column} NOT IN (${right.join(', ')})`;
}

function leftBins({ sets }: Trees, set: number): (bin: number) => boolean {
  return (bin) => ((sets[set * SET_WORDS + (bin >>> 5)]! >>> (bin & 31)) & 1) === 1;
}
