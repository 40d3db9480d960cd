/**
 * The objective of logistic regression with its derivatives, and Newton's method on it. See logistic.ts.
 *
 * Rows are summed on a grid (grid.ts, row-sums.ts, point-sums.ts): with T the design's entries of the grid's points, the gradient is
 * Tᵀ (slopes of the points), the Hessian Tᵀ (curvatures of the points) T. Iteration starts at the log-odds of the
 * training rate and ends with the step that promises to lower the objective by less than 1e-10 of it: Newton's method
 * converges quadratically, so that what then remains is below rounding.
 */
import type { TrainingData } from '../estimator.ts';
import { logit } from '../math/sigmoid.ts';
import { weightedRate } from '../data/training-data.ts';
import { oneThread, type Threads } from '../parallel/threads.ts';
import { solveCholesky } from './cholesky.ts';
import type { Design } from './design.ts';
import { elasticNetStep, l1Penalty } from './elastic-net.ts';
import { createGrid, type Grid } from './grid.ts';
import type { PointSums } from './point-sums.ts';
import { openRowSums, type RowSums } from './row-sums.ts';

export interface LogisticProblem {
  readonly grid: Grid;
  /** Number of design columns. */
  readonly width: number;
  readonly target: Uint8Array;
  readonly weights: Float64Array;
  /** λ₂ of each design column. */
  readonly penalties: Float64Array;
  /** Sums over all rows at the coefficients in `beta`. */
  readonly sums: RowSums;
}

export interface LogisticState {
  readonly objective: number;
  /** Of the objective, the intercept last. */
  readonly gradient: Float64Array;
  /** Lower triangle, row-major, of the second derivatives. */
  readonly hessian: Float64Array;
}

const tolerance = 1e-10;

export function createLogisticProblem(
  design: Design,
  { table, target }: TrainingData,
  weights: Float64Array,
  l2: number,
  threads: Threads = oneThread,
): LogisticProblem {
  const { width } = design;
  const grid = createGrid(design, table);
  const penalties = new Float64Array(width).fill(l2);
  const sums = openRowSums({ grid, width, target, weights }, threads);
  return { grid, width, target, weights, penalties, sums };
}

/** The coefficients of least objective plus λ₁ ‖β‖₁, the intercept last. */
export function minimise(problem: LogisticProblem, l1: number, maxIterations: number): Float64Array {
  let beta: Float64Array = new Float64Array(problem.width + 1);
  beta[problem.width] = logit(weightedRate(problem.target, problem.weights));
  let state = evaluateLogistic(problem, beta);
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const slope = state.gradient;
    const step = newtonStep(state, beta, l1);
    const before = state.objective + l1Penalty(beta, l1);
    const enough = tolerance * (Math.abs(before) + 1);
    if (l1 === 0 && promised(slope, step) <= enough) return beta.map((value, k) => value - step[k]!);
    const next = lineSearch(problem, beta, step, l1, before);
    if (!next) break;
    ({ beta, state } = next);
    if (before - next.objective <= enough) break;
  }
  return beta;
}

/** Objective, gradient and Hessian at `beta`, whose last entry is the intercept. */
export function evaluateLogistic(problem: LogisticProblem, beta: Float64Array): LogisticState {
  const { grid, sums: rows, penalties, width } = problem;
  const { loss, sums } = rows.at(beta);
  const { gradient, hessian } = toDesign(grid, width, sums);
  let objective = loss;
  for (let k = 0; k < width; k++) {
    const penalty = penalties[k]!;
    objective += (penalty / 2) * beta[k]! ** 2;
    gradient[k]! += penalty * beta[k]!;
    hessian[k * (width + 1) + k]! += penalty;
  }
  return { objective, gradient, hessian };
}

/** The fall of the objective's second-degree model over the whole step. */
function promised(gradient: Float64Array, step: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < step.length; k++) sum += gradient[k]! * step[k]!;
  return sum / 2;
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

/** Gradient and Hessian of the design's columns and the intercept from the sums of the points. */
function toDesign(
  { pointCount, points }: Grid,
  width: number,
  { slope, curvature: total, slopes, totals, curvatures }: PointSums,
): { gradient: Float64Array; hessian: Float64Array } {
  const size = width + 1;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const last = width * size;
  gradient[width] = slope;
  hessian[last + width] = total;
  const { starts, indices, values } = points;
  const row = new Float64Array(size);
  for (let p = 0; p < pointCount; p++) {
    const start = starts[p]!;
    const end = starts[p + 1]!;
    if (start === end) continue;
    // The point's curvatures with the design's columns, up to the last one that the lower triangle needs.
    const lastColumn = indices[end - 1]!;
    row.fill(0);
    for (let q = 0; q < pointCount; q++) {
      if (starts[q]! < starts[q + 1]! && indices[starts[q]!]! > lastColumn) continue;
      const curvature = curvatures[q <= p ? p * pointCount + q : q * pointCount + p]!;
      if (curvature === 0) continue;
      for (let e = starts[q]!; e < starts[q + 1]!; e++) row[indices[e]!]! += curvature * values[e]!;
    }
    for (let e = start; e < end; e++) {
      const k = indices[e]!;
      const value = values[e]!;
      gradient[k]! += value * slopes[p]!;
      hessian[last + k]! += value * totals[p]!;
      for (let other = 0; other <= k; other++) hessian[k * size + other]! += value * row[other]!;
    }
  }
  return { gradient, hessian };
}
