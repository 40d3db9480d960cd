/**
 * Which trials make the blend, by their out-of-fold probabilities.
 *
 * Method: a greedy selection (greedy.ts), once without each fold; the shares are averaged and trials of little share fall
 * out. Then a member stays only where leaving it out raises the log loss by more than it has to be worth. The weights of
 * those that stay are learned anew on all rows (blend.ts).
 * Worth: 0.02 % of the log loss, which chance alone gives on 6,000 rows, and 0.0002 % for each microsecond that it
 * adds to scoring a customer with reasons. Boosting, at 4 µs, is worth its time almost always; a forest of 150 trees with
 * 64 leaves, at 210 µs, has to gain 0.06 %, the network, whose reasons are sampled, at 1,500 µs, 0.3 %. Times are nominal
 * (families.ts), so that a seed gives the same model on every machine.
 * Honest: a blend selected without a fold predicts that fold, so that no row is predicted by weights that were learned
 * on it; all differences are measured on these predictions. The trials themselves, and their settings, were still
 * compared on these rows: with many trials, the best one's own figure is slightly too good, which makes the difference
 * to it too small rather than too large.
 */
import { aucDifference, type AucDifference } from '../evaluation/auc-difference.ts';
import { splitBy, takeTarget } from '../evaluation/cross-validation.ts';
import { rocAuc } from '../evaluation/metrics.ts';
import { familyNames, type FamilyName } from '../families.ts';
import { blendProbabilities, fitBlend, type BlendWeights } from './blend.ts';
import { greedyShares, type TrialsOnRows } from './greedy.ts';
import { meanLogLoss, type Trial } from './trials.ts';

export interface Choice {
  readonly chosen: readonly Trial[];
  readonly blend: BlendWeights;
  /** Families that would lower the log loss but are too slow for what they add. */
  readonly leftOut: readonly LeftOut[];
  /** One a row, each from a blend that was chosen without its fold. */
  readonly outOfFold: Float64Array;
  readonly selection: SelectionFigures;
}

export interface LeftOut {
  readonly family: FamilyName;
  /** By how much the log loss would be lower with it, as a share of the log loss. */
  readonly gain: number;
  /** How many times as long scoring would take with it; above 1. */
  readonly slowdown: number;
}

/** Of the blends that were chosen without the rows that they predict. */
export interface SelectionFigures {
  readonly logLoss: number;
  readonly rocAuc: number;
  /** What was chosen less the best single trial. */
  readonly overBest: Difference;
  /** What was chosen less the best trial of the next best family; null with one family. */
  readonly overRunnerUp: Difference | null;
}

export interface Difference {
  readonly family: FamilyName;
  readonly rocAuc: AucDifference;
}

/** What the trials were measured on. */
export interface OutOfFoldRows {
  readonly target: Uint8Array;
  readonly weights: Float64Array;
  readonly foldOf: Uint8Array;
  readonly folds: number;
}

const minShare = 0.07;
/** Share of the log loss. */
const worth = 2e-4;
/** Share of the log loss. */
const worthOfMicrosecond = 2e-6;
/** Nominal microseconds that reading and writing a customer take. */
const microsBesides = 2;

/** The members of the blend and its weights. `trials`: at least one, each tried on all folds. */
export function chooseBlend(trials: readonly Trial[], rows: OutOfFoldRows): Choice {
  const all = onRows(trials, rows);
  const outOfFold = new Float64Array(rows.target.length);
  const shares = new Float64Array(trials.length);
  for (let fold = 0; fold < rows.folds; fold++) {
    const { train, test } = splitBy(rows.foldOf, fold);
    const known = takeRowsOf(all, train);
    const own = greedyShares(known);
    own.forEach((share, k) => (shares[k]! += share / rows.folds));
    const { members, blend } = settle(known, own);
    const predicted = blendProbabilities(blend, pick(takeRowsOf(all, test).probabilities, members));
    test.forEach((row, i) => (outOfFold[row] = predicted[i]!));
  }
  const settled = settle(all, shares);
  return {
    chosen: pick(trials, settled.members),
    blend: settled.blend,
    leftOut: leftOutOf(trials, all, settled),
    outOfFold,
    selection: figuresOf(trials, outOfFold, rows),
  };
}

/** Places of the trials that a greedy selection adds, on the given rows alone. */
export function usefulTrials(
  trials: readonly Trial[],
  known: Pick<OutOfFoldRows, 'target' | 'weights'>,
  rows: Int32Array,
): readonly number[] {
  const shares = greedyShares(takeRowsOf(onRows(trials, known), rows));
  return [...shares.keys()].filter((k) => shares[k]! > 0);
}

function onRows(
  trials: readonly Trial[],
  { target, weights }: Pick<OutOfFoldRows, 'target' | 'weights'>,
): TrialsOnRows {
  return {
    probabilities: trials.map(({ probabilities }) => probabilities),
    charges: trials.map(({ scoringMicros }) => worth + worthOfMicrosecond * scoringMicros),
    target,
    weights,
  };
}

function takeRowsOf(
  { probabilities, charges, target, weights }: TrialsOnRows,
  rows: Int32Array,
): TrialsOnRows {
  return {
    probabilities: probabilities.map((own) => Float64Array.from(rows, (row) => own[row]!)),
    charges,
    target: takeTarget(target, rows),
    weights: Float64Array.from(rows, (row) => weights[row]!),
  };
}

interface Settled {
  /** Places among the trials. */
  readonly members: readonly number[];
  readonly blend: BlendWeights;
  readonly loss: number;
}

/** The members that are worth their charge, and their weights. */
function settle(trials: TrialsOnRows, shares: Float64Array): Settled {
  const least = Math.min(minShare, Math.max(...shares));
  const large = [...shares.keys()].filter((k) => shares[k]! >= least);
  let settled = blendOf(trials, large);
  while (settled.members.length > 1) {
    const { members, loss } = settled;
    const options = members.map((left) => {
      const others = members.filter((member) => member !== left);
      const without = blendOf(trials, others);
      return { without, lacking: without.loss - loss - trials.charges[left]! * loss };
    });
    const easiest = options.reduce((a, b) => (b.lacking < a.lacking ? b : a));
    if (easiest.lacking > 0) break;
    settled = easiest.without;
  }
  return settled;
}

function blendOf(trials: TrialsOnRows, members: readonly number[]): Settled {
  const { target, weights } = trials;
  const probabilities = pick(trials.probabilities, members);
  const blend = fitBlend(probabilities, target, weights);
  return { members, blend, loss: meanLogLoss(blendProbabilities(blend, probabilities), target, weights) };
}

/** Of each family without a member the best trial, where it would gain more than chance does. */
function leftOutOf(trials: readonly Trial[], rows: TrialsOnRows, { members, loss }: Settled): LeftOut[] {
  const chosen = pick(trials, members);
  const micros = chosen.reduce((sum, { scoringMicros }) => sum + scoringMicros, microsBesides);
  const others = familyNames.filter((name) => chosen.every(({ family }) => family !== name));
  return others.flatMap((family) => {
    const best = leastLoss(trials.filter((trial) => trial.family === family));
    if (best === undefined) return [];
    const gain = 1 - blendOf(rows, [...members, trials.indexOf(best)]).loss / loss;
    return gain > worth ? [{ family, gain, slowdown: 1 + best.scoringMicros / micros }] : [];
  });
}

function pick<T>(items: readonly T[], places: readonly number[]): T[] {
  return places.map((place) => items[place]!);
}

function figuresOf(
  trials: readonly Trial[],
  outOfFold: Float64Array,
  { target, weights }: OutOfFoldRows,
): SelectionFigures {
  const best = leastLoss(trials)!;
  const runnerUp = leastLoss(trials.filter(({ family }) => family !== best.family));
  const over = ({ family, probabilities }: Trial): Difference => ({
    family,
    rocAuc: aucDifference(outOfFold, probabilities, target),
  });
  return {
    logLoss: meanLogLoss(outOfFold, target, weights),
    rocAuc: rocAuc(outOfFold, target),
    overBest: over(best),
    overRunnerUp: runnerUp ? over(runnerUp) : null,
  };
}

function leastLoss(trials: readonly Trial[]): Trial | undefined {
  return trials.length === 0 ? undefined : trials.reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
}
