/**
 * Which of the tuned families go into the blend, from their out-of-fold probabilities.
 *
 * Of each family the setting with the least log loss is a candidate. Members of little weight are dropped and the weights
 * learned anew. If the blend is not better than the best single family by more than chance would make it (0.02 % of its
 * log loss), that family is taken alone; its weight and intercept then calibrate it.
 * Time counts too: each microsecond that a family adds to scoring a customer with reasons has to lower the log loss by
 * 0.0002 %. Boosting, at 4 µs, is worth it almost always; a forest of 150 trees with 64 leaves, at 210 µs, has to gain
 * 0.04 %, the network, whose reasons are sampled, at 1,500 µs, 0.3 %. Times are nominal (families.ts), so that a seed gives
 * the same model on every machine.
 */
import { familyNames, type FamilyName } from '../families.ts';
import { blendProbabilities, fitBlend, type BlendWeights } from './blend.ts';
import { meanLogLoss, type Trial } from './trials.ts';

export interface Choice {
  readonly chosen: readonly Trial[];
  readonly blend: BlendWeights;
  /** Families that were too slow for what they add, in the order in which they were left out. */
  readonly leftOut: readonly LeftOut[];
}

export interface LeftOut {
  readonly family: FamilyName;
  /** By how much the log loss would be lower with it, as a share of the log loss. */
  readonly gain: number;
  /** How many times as long scoring would take with it; above 1. */
  readonly slowdown: number;
}

const minShare = 0.07;
const worth = 2e-4;
/** Share of the log loss. */
const worthOfMicrosecond = 2e-6;
/** Nominal microseconds that reading and writing a customer take. */
const microsBesides = 2;

/** What the trials were measured on. */
export interface OutOfFoldRows {
  readonly target: Uint8Array;
  readonly weights: Float64Array;
}

interface Blend {
  readonly chosen: readonly Trial[];
  readonly blend: BlendWeights;
  readonly loss: number;
}

/** The members of the blend and its weights. `trials`: at least one. */
export function chooseBlend(trials: readonly Trial[], rows: OutOfFoldRows): Choice {
  let candidates = bestOfEachFamily(trials);
  let best = blendBest(candidates, rows);
  const leftOut: LeftOut[] = [];
  for (;;) {
    const without = best.chosen.map((trial) => withoutFamily(trial, best, candidates, rows));
    const [slowest] = without.filter((one) => one !== null).sort((a, b) => b.saving - a.saving);
    if (!(slowest && slowest.saving > 0)) return { chosen: best.chosen, blend: best.blend, leftOut };
    leftOut.push(slowest.leftOut);
    candidates = candidates.filter(({ family }) => family !== slowest.leftOut.family);
    best = slowest.rest;
  }
}

/** The best blend without one of the chosen; null where that is no quicker. */
function withoutFamily(
  { family }: Trial,
  best: Blend,
  candidates: readonly Trial[],
  rows: OutOfFoldRows,
): { rest: Blend; leftOut: LeftOut; saving: number } | null {
  const others = candidates.filter((candidate) => candidate.family !== family);
  if (others.length === 0) return null;
  const rest = blendBest(others, rows);
  const micros = microsOf(best.chosen);
  const slowdown = micros / microsOf(rest.chosen);
  const gain = (rest.loss - best.loss) / rest.loss;
  const saving = worthOfMicrosecond * (micros - microsOf(rest.chosen)) - gain;
  return slowdown > 1 ? { rest, leftOut: { family, gain, slowdown }, saving } : null;
}

/** Nominal time to score a customer. */
function microsOf(trials: readonly Trial[]): number {
  return trials.reduce((sum, { scoringMicros }) => sum + scoringMicros, microsBesides);
}

/** A single member when blending is not worth it. */
function blendBest(trials: readonly Trial[], rows: OutOfFoldRows): Blend {
  let best = blendOf(trials, rows);
  for (;;) {
    const { weights } = best.blend;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const kept = best.chosen.filter((_, k) => weights[k]! >= minShare * total);
    if (kept.length === best.chosen.length || kept.length === 0) break;
    best = blendOf(kept, rows);
  }
  const single = best.chosen.reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
  const alone = blendOf([single], rows);
  return alone.loss - best.loss > worth * single.logLoss ? best : alone;
}

function bestOfEachFamily(trials: readonly Trial[]): Trial[] {
  return familyNames.flatMap((family) => {
    const own = trials.filter((trial) => trial.family === family);
    return own.length === 0 ? [] : [own.reduce((a, b) => (b.logLoss < a.logLoss ? b : a))];
  });
}

function blendOf(chosen: readonly Trial[], { target, weights }: OutOfFoldRows): Blend {
  const probabilities = chosen.map((trial) => trial.probabilities);
  const blend = fitBlend(probabilities, target, weights);
  return { chosen, blend, loss: meanLogLoss(blendProbabilities(blend, probabilities), target, weights) };
}
