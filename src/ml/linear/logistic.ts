/**
 * Logistic regression with L2, L1 or both penalties, fitted by Newton's method (iteratively reweighted least
 * squares).
 *
 * Minimises Σ wᵢ log(1 + exp(−yᵢ mᵢ)) + λ₂/2 ‖β‖² + λ₁ ‖β‖₁ with m = β₀ + Xβ and the intercept unpenalised: with
 * λ₁ = 0 the objective of scikit-learn's LogisticRegression with C = 1/λ₂. Each step solves (XᵀWX + λ₂I) δ =
 * gradient by Cholesky, or with λ₁ by coordinate descent (elastic-net.ts), and is halved until the objective falls. Numbers are standardised and bend at quantile knots (design.ts).
 * Reference: Hastie, Tibshirani and Friedman, Elements of Statistical Learning, 4.4.
 * Reasons: linear SHAP against the training mean, c_j = β_j (x_j − x̄_j), summed over a feature's design
 * columns, in probability points (points.ts). Assumes that effects add up in log-odds.
 */
import { addOuter, solveCholesky } from './cholesky.ts';
import { designRows, fitDesign } from './design.ts';
import type { Design, SparseRows } from './design.ts';
import { elasticNetStep, l1Penalty } from './elastic-net.ts';
import { contributionTablesOf, writeContributions, type LinearModel } from './contribution-tables.ts';
import type { Estimator, Explanation, Scores, TrainingData } from '../estimator.ts';
import { toPoints } from '../explain/points.ts';
import { checkBounds, notNegative } from '../math/bounds.ts';
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
}

export type LogisticModel = LinearModel;

const blockRows = 2048;
const scoredRows = 128;

export const logistic: Estimator<LogisticParams, LogisticModel> = {
  defaults: { l2: 1, l1: 0, knots: 5, classWeight: 'none', maxIterations: 50 },
  fit,
  predict,
  explain: (model, table) => score(model, table).explanation,
  score,
};

function fit(params: LogisticParams, data: TrainingData): LogisticModel {
  checkBounds('logistic', params, { l2: notNegative, l1: notNegative });
  checkTrainingData(data);
  const weights = rowWeights(data, params.classWeight);
  const design = fitDesign(data.table, weights, params.knots);
  const problem = { design, data, weights, l2: params.l2 };
  let beta: Float64Array = new Float64Array(design.width + 1);
  let state = evaluateLogistic(problem, beta);
  for (let iteration = 0; iteration < params.maxIterations; iteration++) {
    const step = newtonStep(state, beta, params.l1);
    const before = state.objective + l1Penalty(beta, params.l1);
    const next = lineSearch(problem, beta, step, params.l1, before);
    if (!next) break;
    ({ beta, state } = next);
    if (before - next.objective <= 1e-10 * (Math.abs(next.objective) + 1)) break;
  }
  return { design, intercept: beta[design.width]!, coefficients: beta.slice(0, design.width) };
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

export interface LogisticProblem {
  readonly design: Design;
  readonly data: TrainingData;
  readonly weights: Float64Array;
  readonly l2: number;
}

export interface LogisticState {
  readonly objective: number;
  /** Of the objective, the intercept last. */
  readonly gradient: Float64Array;
  /** Lower triangle, row-major, of the second derivatives. */
  readonly hessian: Float64Array;
}

/** Objective, gradient and Hessian at `beta`, whose last entry is the intercept. */
export function evaluateLogistic(problem: LogisticProblem, beta: Float64Array): LogisticState {
  const { design, data, weights, l2 } = problem;
  const size = design.width + 1;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const model = { design, intercept: beta[design.width]!, coefficients: beta.subarray(0, design.width) };
  let objective = 0;
  forBlocks(design, data.table, (rows, from, to) => {
    for (let row = from; row < to; row++) {
      const margin = marginOf(model, rows, row - from);
      const probability = sigmoid(margin);
      const target = data.target[row]!;
      const weight = weights[row]!;
      objective += weight * logLossOfMargin(margin, target);
      const slope = weight * (probability - target);
      const curvature = weight * probability * (1 - probability);
      for (let e = rows.starts[row - from]!; e < rows.starts[row - from + 1]!; e++) {
        gradient[rows.indices[e]!]! += slope * rows.values[e]!;
      }
      gradient[design.width]! += slope;
      addOuter(hessian, size, rows, row - from, curvature);
    }
  });
  for (let k = 0; k < design.width; k++) {
    objective += (l2 / 2) * beta[k]! ** 2;
    gradient[k]! += l2 * beta[k]!;
    hessian[k * size + k]! += l2;
  }
  return { objective, gradient, hessian };
}

/** log(1 + exp(−m)) for the positive class, log(1 + exp(m)) for the other, without overflow. */
function logLossOfMargin(margin: number, target: number): number {
  const signed = target === 1 ? -margin : margin;
  return signed > 0 ? signed + Math.log1p(Math.exp(-signed)) : Math.log1p(Math.exp(signed));
}

/** The step that is subtracted from β. */
function newtonStep({ hessian, gradient }: LogisticState, beta: Float64Array, l1: number): Float64Array {
  if (l1 === 0) return solveCholesky(hessian, gradient);
  const next = elasticNetStep(hessian, gradient, beta, l1);
  return beta.map((value, k) => value - next[k]!);
}

function lineSearch(
  problem: LogisticProblem,
  beta: Float64Array,
  step: Float64Array,
  l1: number,
  before: number,
) {
  for (let share = 1; share > 1e-6; share /= 2) {
    const candidate = beta.map((value, k) => value - share * step[k]!);
    const state = evaluateLogistic(problem, candidate);
    const objective = state.objective + l1Penalty(candidate, l1);
    if (objective <= before) return { beta: candidate, state, objective };
  }
  return null;
}

function marginOf(model: LogisticModel, rows: SparseRows, row: number): number {
  let margin = model.intercept;
  for (let e = rows.starts[row]!; e < rows.starts[row + 1]!; e++)
    margin += model.coefficients[rows.indices[e]!]! * rows.values[e]!;
  return margin;
}

function forBlocks(
  design: Design,
  table: Table,
  visit: (rows: SparseRows, from: number, to: number) => void,
): void {
  for (let from = 0; from < table.rowCount; from += blockRows) {
    const to = Math.min(from + blockRows, table.rowCount);
    visit(designRows(design, table, from, to), from, to);
  }
}
