/**
 * Maximum likelihood of a few positive parameters: BFGS in their logarithms with a backtracking line search (Nocedal and
 * Wright, Numerical Optimization, 6.1 and 3.1), from several starts, the best of which is taken. Standard errors are from the
 * inverse of the observed information, its second derivatives being central differences of the gradient.
 */

/** Value to be maximised, per observation, with its derivatives by the logarithm of each parameter. */
export interface Ascent {
  readonly value: number;
  readonly gradient: Float64Array;
}
export type Likelihood = (params: Float64Array) => Ascent;

export interface Maximum {
  readonly params: Float64Array;
  /** Per observation. */
  readonly value: number;
  /** By the parameters themselves; null where the information has no inverse: the data do not tell the parameters. */
  readonly standardErrors: Float64Array | null;
  /** False where the search ended before the gradient was small. */
  readonly hasConverged: boolean;
}

const mostSteps = 300;
const enough = 1e-8;
/** In logarithms, to either side: beyond it a parameter means nothing. */
const widest = 15;

/** `count`: observations, which the standard errors follow. */
export function maximise(likelihood: Likelihood, starts: readonly Float64Array[], count: number): Maximum {
  const ends = starts.map((start) => climb(likelihood, start.map(Math.log)));
  const best = ends.reduce((a, b) => (b.value > a.value ? b : a));
  const params = best.at.map(Math.exp);
  const errors = errorsOf(likelihood, best.at, count);
  return {
    params,
    value: best.value,
    standardErrors: errors?.map((error, i) => error * params[i]!) ?? null,
    hasConverged: best.hasConverged,
  };
}

interface Point extends Ascent {
  readonly at: Float64Array;
}

function climb(likelihood: Likelihood, start: Float64Array): Point & { readonly hasConverged: boolean } {
  const size = start.length;
  let point = pointAt(likelihood, start);
  let inverse = identity(size);
  for (let step = 0; step < mostSteps; step++) {
    if (largestOf(point.gradient) < enough) return { ...point, hasConverged: true };
    let direction = times(inverse, point.gradient);
    if (!(dot(direction, point.gradient) > 0)) {
      inverse = identity(size);
      direction = point.gradient;
    }
    const next = search(likelihood, point, direction);
    // No step rises any more: rounding is larger than what is left.
    if (next === null) return { ...point, hasConverged: largestOf(point.gradient) < 1e-5 };
    inverse = update(inverse, point, next);
    point = next;
  }
  return { ...point, hasConverged: false };
}

function pointAt(likelihood: Likelihood, at: Float64Array): Point {
  if (largestOf(at) > widest) return { at, value: -Infinity, gradient: at };
  const { value, gradient } = likelihood(at.map(Math.exp));
  return { at, gradient, value: Number.isFinite(value) ? value : -Infinity };
}

/** Null where no step along the direction rises. */
function search(likelihood: Likelihood, from: Point, direction: Float64Array): Point | null {
  const slope = dot(direction, from.gradient);
  // A parameter at most doubles or halves three times in a step.
  for (let length = Math.min(1, 2 / largestOf(direction)); length > 1e-12; length /= 2) {
    const next = pointAt(
      likelihood,
      from.at.map((value, i) => value + length * direction[i]!),
    );
    if (next.value >= from.value + 1e-4 * length * slope && next.value > from.value) return next;
  }
  return null;
}

/** BFGS of the inverse of the negative Hessian. */
function update(inverse: Float64Array, from: Point, to: Point): Float64Array {
  const step = to.at.map((value, i) => value - from.at[i]!);
  const change = from.gradient.map((value, i) => value - to.gradient[i]!);
  const curvature = dot(step, change);
  if (!(curvature > 1e-14)) return inverse;
  const moved = times(inverse, change);
  const factor = (1 + dot(change, moved) / curvature) / curvature;
  const size = step.length;
  return inverse.map((value, place) => {
    const [i, j] = [Math.floor(place / size), place % size];
    return value + factor * step[i]! * step[j]! - (moved[i]! * step[j]! + step[i]! * moved[j]!) / curvature;
  });
}

function errorsOf(likelihood: Likelihood, at: Float64Array, count: number): Float64Array | null {
  const size = at.length;
  const width = 1e-4;
  const information = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const beside = (offset: number): Float64Array =>
      pointAt(
        likelihood,
        at.map((value, k) => (k === i ? value + offset : value)),
      ).gradient;
    const [above, below] = [beside(width), beside(-width)];
    for (let j = 0; j < size; j++)
      information[i * size + j] = (-count * (above[j]! - below[j]!)) / (2 * width);
  }
  const inverse = invert(
    information.map((value, p) => (value + information[mirror(p, size)]!) / 2),
    size,
  );
  return inverse && Float64Array.from({ length: size }, (_, i) => Math.sqrt(inverse[i * size + i]!));
}

function mirror(place: number, size: number): number {
  return (place % size) * size + Math.floor(place / size);
}

/** By Gauss and Jordan, of a symmetric matrix that is positive definite; null where it is not. */
function invert(matrix: Float64Array, size: number): Float64Array | null {
  const a = matrix.slice();
  for (let k = 0; k < size; k++) {
    const pivot = a[k * size + k]!;
    if (!(pivot > 1e-9 * Math.abs(matrix[k * size + k]!))) return null;
    for (let j = 0; j < size; j++) if (j !== k) a[k * size + j]! /= pivot;
    a[k * size + k] = 1 / pivot;
    for (let i = 0; i < size; i++) {
      if (i === k) continue;
      const factor = a[i * size + k]!;
      for (let j = 0; j < size; j++) if (j !== k) a[i * size + j]! -= factor * a[k * size + j]!;
      a[i * size + k] = -factor / pivot;
    }
  }
  return a;
}

function identity(size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, p) => (p % (size + 1) === 0 ? 1 : 0));
}

function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  return vector.map((_, i) => dot(matrix.subarray(i * vector.length, (i + 1) * vector.length), vector));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function largestOf(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
