/**
 * Logistic regression with L2, L1 or both penalties, fitted by Newton's method (iteratively reweighted least
 * squares).
 *
 * Minimises Σ wᵢ log(1 + exp(−yᵢ mᵢ)) + λ₂/2 ‖β‖² + λ₁ ‖β‖₁ with m = β₀ + Xβ and the intercept unpenalised: with
 * λ₁ = 0 the objective of scikit-learn's LogisticRegression with C = 1/λ₂. Each step solves (XᵀWX + λ₂I) δ =
 * gradient by Cholesky, or with λ₁ by coordinate descent (elastic-net.ts), and is halved until the objective falls
 * (newton.ts). Numbers are standardised and bend at quantile knots (design.ts).
 * Reference: Hastie, Tibshirani and Friedman, Elements of Statistical Learning, 4.4.
 * Reasons: linear SHAP against the training mean, c_j = β_j (x_j − x̄_j), summed over a feature's design
 * columns, in probability points (points.ts). Assumes that effects add up in log-odds, but for the pairs of columns that
 * interact (pairs.ts), of which there are none by default.
 */
import { fitDesign, type Design } from './design.ts';
import { contributionTablesOf, writeContributions, type LinearModel } from './contribution-tables.ts';
import { createLogisticProblem, minimise } from './newton.ts';
import { findPairs, MAX_PAIRS, tableOfPair, withPairs, type FittedPair } from './pairs.ts';
import type { Estimator, Explanation, FitEnvironment, Scores, TrainingData } from '../estimator.ts';
import { toPoints } from '../explain/points.ts';
import { checkBounds, notNegative } from '../math/bounds.ts';
import type { Random } from '../math/random.ts';
import { oneThread, type Threads } from '../parallel/threads.ts';
import { sigmoid, sigmoids } from '../math/sigmoid.ts';
import type { Table } from '../data/table.ts';
import { checkTrainingData, rowWeights } from '../data/training-data.ts';
import type { ClassWeight } from '../data/training-data.ts';

export interface LogisticParams {
  /** λ₂ ≥ 0. */
  readonly l2: number;
  /** λ₁ ≥ 0; above 0 weak coefficients become exactly zero. */
  readonly l1: number;
  /** Most bends of a number's curve; 0 is a straight line. */
  readonly knots: number;
  readonly classWeight: ClassWeight;
  readonly maxIterations: number;
  /** Most interactions of two columns; 0 for none. */
  readonly pairs: number;
  /** λ₂ of interactions. */
  readonly pairL2: number;
}

export type LogisticModel = LinearModel;

const scoredRows = 128;
/** Interactions are looked for among so many columns. */
const mostColumns = 100;
const bounds = {
  l2: notNegative,
  l1: notNegative,
  pairs: { min: 0, max: MAX_PAIRS, isWhole: true },
  pairL2: notNegative,
} as const;

export const logistic: Estimator<LogisticParams, LogisticModel> = {
  defaults: { l2: 1, l1: 0, knots: 5, classWeight: 'none', maxIterations: 50, pairs: 0, pairL2: 10 },
  fit,
  predict,
  explain: (model, table) => score(model, table).explanation,
  score,
};

function fit(
  params: LogisticParams,
  data: TrainingData,
  _: Random,
  { threads }: FitEnvironment = {},
): LogisticModel {
  checkBounds('logistic', params, bounds);
  checkTrainingData(data);
  const weights = rowWeights(data, params.classWeight);
  const additive = fitTerms(params, data, weights, [], threads);
  if (params.pairs === 0) return additive;
  const probabilities = predict(additive, data.table);
  const columns = strongestColumns(additive, data.table);
  const pairs = findPairs(data, weights, probabilities, columns, params.pairs);
  return pairs.length === 0 ? additive : fitTerms(params, data, weights, pairs, threads);
}

function fitTerms(
  params: LogisticParams,
  data: TrainingData,
  weights: Float64Array,
  pairs: readonly FittedPair[],
  threads: Threads = oneThread,
): LogisticModel {
  const wide = { ...data, table: withPairs(data.table, pairs) };
  const design = fitDesign(wide.table, weights, params.knots);
  const problem = createLogisticProblem(design, wide, weights, params.l2, threads);
  const ofPairs = design.blocks.slice(data.table.columns.length);
  for (const { offset, width } of ofPairs) problem.penalties.fill(params.pairL2, offset, offset + width);
  const beta = minimise(problem, params.l1, params.maxIterations);
  problem.sums.close();
  const intercept = beta[design.width]!;
  if (pairs.length === 0) return { design, intercept, coefficients: beta.slice(0, design.width) };
  const tables = ofPairs.map(({ offset, width }, k) =>
    tableOfPair(pairs[k]!, beta.subarray(offset, offset + width)),
  );
  return {
    design: withoutBlocks(design, pairs.length),
    intercept: tables.reduce((sum, { mean }) => sum + mean, intercept),
    coefficients: beta.slice(0, ofPairs[0]!.offset),
    pairs: tables.map(({ pair }) => pair),
  };
}

function withoutBlocks({ blocks, columnMeans }: Design, count: number): Design {
  const width = blocks.at(-count)!.offset;
  return { blocks: blocks.slice(0, -count), width, columnMeans: columnMeans.slice(0, width) };
}

/** The columns whose interactions are looked at, ascending: where there are many, those of the largest effects. */
function strongestColumns(model: LogisticModel, table: Table): number[] {
  const featureCount = table.columns.length;
  const sizes = new Float64Array(featureCount);
  if (featureCount > mostColumns)
    score(model, table).explanation.contributions.forEach((points, i) => {
      sizes[i % featureCount]! += Math.abs(points);
    });
  const strongest = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]! || a - b).slice(0, mostColumns);
  return strongest.sort((a, b) => a - b);
}

function predict(model: LogisticModel, table: Table): Float64Array {
  const contributions = new Float64Array(scoredRows * model.design.blocks.length);
  const probabilities = new Float64Array(table.rowCount);
  forScoredRows(table, (rows, from, to) => {
    predictRows(model, table, rows, contributions, probabilities.subarray(from, to));
  });
  return probabilities;
}

function score(model: LogisticModel, table: Table): Scores {
  const { featureCount, base } = baseOfLogistic(model);
  const contributions = new Float64Array(table.rowCount * featureCount);
  const probabilities = new Float64Array(table.rowCount);
  forScoredRows(table, (rows, from, to) => {
    const block = contributions.subarray(from * featureCount, to * featureCount);
    scoreRows(model, table, rows, block, probabilities.subarray(from, to));
  });
  return { probabilities, explanation: { featureCount, base, contributions } };
}

/** The probability that reasons start from. */
export function baseOfLogistic(model: LogisticModel): Pick<Explanation, 'featureCount' | 'base'> {
  const { columns, baseMargin } = contributionTablesOf(model);
  return { featureCount: columns.length, base: sigmoid(baseMargin) };
}

/** Probabilities of chosen rows; their reasons, in log-odds and row-major, are left in `contributions`. */
export function predictRows(
  model: LogisticModel,
  table: Table,
  rows: Int32Array,
  contributions: Float64Array,
  probabilities: Float64Array,
): void {
  writeContributions(contributionTablesOf(model), table, rows, contributions, probabilities);
  sigmoids(probabilities);
}

/** As predictRows, with reasons in probability points. */
export function scoreRows(
  model: LogisticModel,
  table: Table,
  rows: Int32Array,
  contributions: Float64Array,
  probabilities: Float64Array,
): void {
  predictRows(model, table, rows, contributions, probabilities);
  const { baseMargin, columns } = contributionTablesOf(model);
  toPoints(contributions, columns.length, baseMargin, probabilities);
}

/** Few enough rows at a time that their contributions stay in the processor's cache. */
function forScoredRows(table: Table, visit: (rows: Int32Array, from: number, to: number) => void): void {
  for (let from = 0; from < table.rowCount; from += scoredRows) {
    const to = Math.min(from + scoredRows, table.rowCount);
    visit(
      Int32Array.from({ length: to - from }, (_, i) => from + i),
      from,
      to,
    );
  }
}
