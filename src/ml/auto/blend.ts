/**
 * A blend of models: log-odds m = b + Σ w_k logit(p_k) with weights w_k ≥ 0, probability σ(m).
 *
 * Weights (stacking: Wolpert 1992; non-negative: Breiman 1996): those of least log loss on out-of-fold
 * probabilities plus ρ/2 Σ (w_k − 1/K)², which settles what nearly equal models cannot, found by Newton
 * steps on the weights that are positive or want to be (Bertsekas 1982). The free intercept and the free
 * sum of weights calibrate the blend as Platt's method would.
 * Reasons: each model's reasons, in probability, are carried to its log-odds along the straight path,
 * c_j (logit p − logit base) / (p − base), which is exact and for logistic regression and boosting gives
 * their log-odds reasons back; they are weighted, added, and carried to the blend's probability by
 * points.ts. Probabilities are cut to [1e-4, 1 − 1e-4] before they become log-odds.
 */
import { solveCholesky } from '../linear/cholesky.ts';
import type { Explanation, Scores } from '../estimator.ts';
import { toPoints } from '../explain/points.ts';
import { logit, sigmoid } from '../math/sigmoid.ts';

export interface BlendWeights {
  readonly intercept: number;
  /** One a model, ≥ 0. */
  readonly weights: Float64Array;
}

/** Probabilities are cut to [CUT, 1 − CUT]. */
export const CUT = 1e-4;
const RIDGE = 5;
const MAX_STEPS = 100;

/** `probabilities`: one array a model, over the same rows as `target` and the row weights. */
export function fitBlend(
  probabilities: readonly Float64Array[],
  target: Uint8Array,
  rowWeights: Float64Array,
): BlendWeights {
  const inputs = probabilities.map((p) => p.map(cutLogit));
  const problem: Problem = { inputs, target, rowWeights };
  let beta = new Float64Array(inputs.length + 1).fill(1 / inputs.length);
  beta[inputs.length] = 0;
  let state = evaluate(problem, beta);
  for (let step = 0; step < MAX_STEPS; step++) {
    const next = newtonStep(problem, beta, state);
    if (next === null || state.objective - next.state.objective < 1e-9 * Math.abs(state.objective)) break;
    ({ beta, state } = next);
  }
  return { intercept: beta[inputs.length]!, weights: beta.slice(0, inputs.length) };
}

/** Probabilities of the blend from those of its models. */
export function blendProbabilities(
  blend: BlendWeights,
  probabilities: readonly Float64Array[],
): Float64Array {
  const out = new Float64Array(probabilities[0]!.length);
  for (let row = 0; row < out.length; row++) {
    let margin = blend.intercept;
    for (let k = 0; k < probabilities.length; k++)
      margin += blend.weights[k]! * cutLogit(probabilities[k]![row]!);
    out[row] = sigmoid(margin);
  }
  return out;
}

/** Scores of the blend from those of its models, whose reasons are overwritten. */
export function blendScores(blend: BlendWeights, scores: readonly Scores[]): Scores {
  const probabilities = blendProbabilities(
    blend,
    scores.map((score) => score.probabilities),
  );
  const [first, ...others] = scores.map((score, k) => toLogOdds(score, blend.weights[k]!));
  const { featureCount, contributions } = first!;
  for (const other of others)
    for (let i = 0; i < contributions.length; i++) contributions[i]! += other.contributions[i]!;
  const baseMargin = [first!, ...others].reduce((sum, { base }) => sum + base, blend.intercept);
  toPoints(contributions, featureCount, baseMargin, probabilities);
  return { probabilities, explanation: { featureCount, base: sigmoid(baseMargin), contributions } };
}

/** The weighted reasons and base of one model, from probability to log-odds, in place. */
function toLogOdds({ probabilities, explanation }: Scores, weight: number): Explanation {
  const { base, contributions, featureCount } = explanation;
  for (let row = 0, at = 0; row < probabilities.length; row++) {
    const slope = weight * slopeBetween(base, probabilities[row]!);
    for (const end = at + featureCount; at < end; at++) contributions[at]! *= slope;
  }
  return { featureCount, base: weight * cutLogit(base), contributions };
}

/** (logit p − logit base) / (p − base), the derivative where they meet. */
function slopeBetween(base: number, p: number): number {
  if (Math.abs(p - base) > 1e-7) return (cutLogit(p) - cutLogit(base)) / (p - base);
  const middle = Math.min(Math.max((p + base) / 2, CUT), 1 - CUT);
  return 1 / (middle * (1 - middle));
}

/** Log-odds of a probability cut to [1e-4, 1 − 1e-4]. */
export function cutLogit(p: number): number {
  return logit(Math.min(Math.max(p, CUT), 1 - CUT));
}

interface Problem {
  readonly inputs: readonly Float64Array[];
  readonly target: Uint8Array;
  readonly rowWeights: Float64Array;
}

interface State {
  readonly objective: number;
  /** The intercept last. */
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
}

function evaluate({ inputs, target, rowWeights }: Problem, beta: Float64Array): State {
  const count = inputs.length;
  const size = count + 1;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const x = new Float64Array(size).fill(1);
  let objective = 0;
  for (let row = 0; row < target.length; row++) {
    let margin = beta[count]!;
    for (let k = 0; k < count; k++) {
      x[k] = inputs[k]![row]!;
      margin += beta[k]! * x[k]!;
    }
    const weight = rowWeights[row]!;
    const p = sigmoid(margin);
    const against = target[row] === 1 ? -margin : margin;
    objective += weight * (Math.max(against, 0) + Math.log1p(Math.exp(-Math.abs(against))));
    for (let i = 0; i < size; i++) {
      gradient[i]! += weight * (p - target[row]!) * x[i]!;
      for (let j = 0; j <= i; j++) hessian[i * size + j]! += weight * p * (1 - p) * x[i]! * x[j]!;
    }
  }
  for (let k = 0; k < count; k++) {
    const away = beta[k]! - 1 / count;
    objective += (RIDGE / 2) * away ** 2;
    gradient[k]! += RIDGE * away;
    hessian[k * size + k]! += RIDGE;
  }
  return { objective, gradient, hessian };
}

function newtonStep(
  problem: Problem,
  beta: Float64Array,
  { objective, gradient, hessian }: State,
): { beta: Float64Array<ArrayBuffer>; state: State } | null {
  const size = beta.length;
  const free = [...beta.keys()].filter((i) => i === size - 1 || beta[i]! > 0 || gradient[i]! < 0);
  const lower = new Float64Array(free.length ** 2);
  free.forEach((i, a) => {
    free.slice(0, a + 1).forEach((j, b) => (lower[a * free.length + b] = hessian[i * size + j]!));
  });
  const step = solveCholesky(
    lower,
    Float64Array.from(free, (i) => gradient[i]!),
  );
  for (let share = 1; share > 1e-6; share /= 2) {
    const candidate = beta.slice();
    free.forEach((i, a) => {
      const moved = beta[i]! - share * step[a]!;
      candidate[i] = i < size - 1 ? Math.max(0, moved) : moved;
    });
    const state = evaluate(problem, candidate);
    if (state.objective < objective) return { beta: candidate, state };
  }
  return null;
}
