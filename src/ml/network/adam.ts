/**
 * Adam with decoupled weight decay, and the schedule of its learning rate.
 *
 * m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − η (m̂ / (√v̂ + ε) + λθ), with m̂ and v̂ freed of their
 * start at zero; β₁ = 0.9, β₂ = 0.999, ε = 1e-8. Weight decay λ acts on the weights itself, not through the
 * gradient, and only where `decayed` says so (weights, not shifts and scales).
 * Schedule: a linear warm-up over the first 5 % of the steps, then half a cosine down to `finalShare` × η.
 * References: Kingma and Ba (2015); Loshchilov and Hutter (2019), Decoupled Weight Decay Regularization, and
 * (2017), SGDR.
 */

const MEAN_DECAY = 0.9;
const SQUARE_DECAY = 0.999;
const EPSILON = 1e-8;
const WARM_UP = 0.05;

export interface Adam {
  readonly mean: Float64Array;
  readonly square: Float64Array;
  step: number;
}

export function createAdam(length: number): Adam {
  return { mean: new Float64Array(length), square: new Float64Array(length), step: 0 };
}

/** One step in place. `decayed[i]`: 1 where weight decay acts. */
export function adamStep(
  adam: Adam,
  parameters: Float64Array,
  gradient: Float64Array,
  decayed: Uint8Array,
  learningRate: number,
  weightDecay: number,
): void {
  adam.step++;
  const { mean, square } = adam;
  const meanGain = 1 / (1 - MEAN_DECAY ** adam.step);
  const squareGain = 1 / (1 - SQUARE_DECAY ** adam.step);
  const shrink = learningRate * weightDecay;
  for (let i = 0; i < parameters.length; i++) {
    const g = gradient[i]!;
    const m = MEAN_DECAY * mean[i]! + (1 - MEAN_DECAY) * g;
    const v = SQUARE_DECAY * square[i]! + (1 - SQUARE_DECAY) * g * g;
    mean[i] = m;
    square[i] = v;
    const old = parameters[i]!;
    const move = (learningRate * (m * meanGain)) / (Math.sqrt(v * squareGain) + EPSILON);
    parameters[i] = old - move - shrink * decayed[i]! * old;
  }
}

/** The learning rate when `done` ∈ [0, 1] of the steps are behind; `finalShare` of the full rate at the end. */
export function scheduledRate(learningRate: number, finalShare: number, done: number): number {
  if (done < WARM_UP) return (learningRate * (0.1 * (WARM_UP - done) + done)) / WARM_UP;
  const cosine = (1 + Math.cos((Math.PI * (done - WARM_UP)) / (1 - WARM_UP))) / 2;
  return learningRate * (finalShare + (1 - finalShare) * cosine);
}
