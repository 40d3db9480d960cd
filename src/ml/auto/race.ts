/**
 * Which settings deserve the time: a race of all candidates over the folds of the cross-validation.
 *
 * Method: successive halving (Jamieson and Talwalkar 2016) with folds as the budget. Candidates are fitted without the
 * first fold and measured on it; the half with the least log loss goes on to the second, and a quarter of these to all others.
 * As a blend gains by members that differ, the best of each family goes on to the second fold too, and to the others what a
 * blend over both folds would take, and the best of a family that costs next to nothing. Candidates of high capacity, which take
 * longest, enter where the first fold rewards capacity: where one of medium capacity is clearly better than all of low. Where the
 * best one needed nearly all its stages, it enters once more with smaller steps.
 * A candidate's random numbers do not depend on which others are left, so candidates may be tried in any order.
 * Assumptions: a fold tells good settings from poor ones; with fewer than 4 folds all candidates see all of them.
 */
import { HIGH, LOW, MEDIUM } from './capacity.ts';
import type { FitEnvironment } from '../estimator.ts';
import { families } from '../families.ts';
import { forkSeeds, type Random } from '../math/random.ts';
import { oneThread, runTask } from '../parallel/threads.ts';
import type { CrossFitData, FoldFit } from './cross-fit.ts';
import { foldTrials } from './fold-trials.ts';
import { usefulTrials } from './choice.ts';
import { meanLogLoss, type Candidate, type Trial } from './trials.ts';

/** Share of the fits of a full cross-validation that a race takes, roughly. */
export const RACE_SHARE = 0.5;
const FEWEST_FOLDS = 4;
/** To score a row; a family as cheap as a linear model can only help. */
const CHEAP_MICROS = 10;
/** Share of the log loss; on one fold, less may be chance. */
const CLEARLY = 0.005;
/** Of the first fold, and of the second. */
const SHARES_GOING_ON = [1 / 2, 1 / 4] as const;

export interface RaceRequest extends CrossFitData {
  readonly folds: number;
  readonly random: Random;
}

interface Runner {
  readonly candidate: Candidate;
  /** One a fold. */
  readonly seeds: Int32Array;
  /** Of the folds so far, from the first. */
  readonly fits: FoldFit[];
  trial: Trial | null;
}

/** The trials of the candidates that were tried, in their order; those that were left behind have fewer folds. */
export function race(
  candidates: readonly Candidate[],
  request: RaceRequest,
  environment: FitEnvironment = {},
): Trial[] {
  const { folds } = request;
  const runners = candidates.map((candidate) => enter(candidate, request));
  const run = progressing(runners, request, environment);
  const first = folds < FEWEST_FOLDS ? folds : 1;
  let left = runners.filter(({ candidate }) => candidate.capacity < HIGH);
  run(left, first);
  if (rewardsCapacity(left)) {
    run(
      runners.filter(({ candidate }) => candidate.capacity >= HIGH),
      first,
    );
    left = [...runners];
  }
  if (first < folds) {
    const slower = slowedDown(ranked(left)[0]!, request);
    runners.push(...slower);
    run(slower, first);
    left = goingOn([...left, ...slower]);
    run(left, 2);
    run(finalists(left, request), folds);
  }
  return runners.flatMap(({ trial }) => trial ?? []);
}

function enter(candidate: Candidate, { folds, random }: RaceRequest): Runner {
  return { candidate, seeds: forkSeeds(random.fork(), folds), fits: [], trial: null };
}

/** Gives the function that tries runners on all folds below `to` that they have not seen, and tells of each step. */
function progressing(
  runners: readonly Runner[],
  request: RaceRequest,
  environment: FitEnvironment,
): (entered: readonly Runner[], to: number) => void {
  let steps = 0;
  return (entered, to) => {
    const from = entered[0]?.fits.length ?? to;
    const total = steps + entered.length * (to - from) + (request.folds - to) * familiesOf(runners);
    fitFolds(entered, { ...request, from, to }, environment, ({ candidate }) => {
      const stage = `Trying ${titleOf(candidate)}`;
      environment.onStep?.({ stage, done: steps++, total, best: bestOf(runners) });
    });
  };
}

/** The best one again with smaller steps, where it needed nearly all its stages. */
function slowedDown({ candidate, trial }: Runner, request: RaceRequest): Runner[] {
  const params = families[candidate.family].slowDown(candidate.params, trial!.params);
  return params === null ? [] : [enter({ ...candidate, params }, request)];
}

/** Those that are tried on the second fold. */
function goingOn(runners: readonly Runner[]): Runner[] {
  const chosen = [...bestShare(runners, SHARES_GOING_ON[0]), ...bestOfFamilies(runners)];
  return runners.filter((runner) => chosen.includes(runner));
}

/** Those that are tried on all folds. */
function finalists(runners: readonly Runner[], request: RaceRequest): Runner[] {
  const cheap = bestOfFamilies(runners).filter(({ trial }) => trial!.scoringMicros <= CHEAP_MICROS);
  const best = bestShare(runners, SHARES_GOING_ON[1]);
  const chosen = [...best, ...usefulRunners(runners, request), ...cheap];
  return runners.filter((runner) => chosen.includes(runner));
}

/** Folds `from` to `to` − 1 of all runners. `onFold` hears of each as its turn comes. */
function fitFolds(
  runners: readonly Runner[],
  { data, weights, foldOf, from, to }: CrossFitData & { readonly from: number; readonly to: number },
  { threads = oneThread }: FitEnvironment,
  onFold: (runner: Runner) => void,
): void {
  const turns = runners.flatMap((runner) =>
    Array.from({ length: to - from }, (_, k) => ({ runner, fold: from + k })),
  );
  const trials = turns.map(({ runner: { candidate, seeds, trial }, fold }) => {
    const { family, params } = candidate;
    const needed = trial ? families[family].shorten(params, trial.params) : params;
    return { family, params: needed, fold, seed: seeds[fold]! };
  });
  const request = { data, weights, foldOf };
  if (turns.length > 0) onFold(turns[0]!.runner);
  runTask(threads, foldTrials, { ...request, trials }, trials.length, (turn, fit) => {
    const { runner } = turns[turn]!;
    if (runner.fits.push(fit) === to) runner.trial = trialOf(runner, request, to);
    if (turn + 1 < turns.length) onFold(turns[turn + 1]!.runner);
  });
}

/** As many go on at least. */
function familiesOf(runners: readonly Runner[]): number {
  return new Set(runners.map(({ candidate }) => candidate.family)).size;
}

function rewardsCapacity(runners: readonly Runner[]): boolean {
  const least = (capacity: number): number =>
    Math.min(
      ...runners
        .filter(({ candidate }) => candidate.capacity === capacity)
        .map(({ trial }) => trial!.logLoss),
    );
  return least(MEDIUM) < (1 - CLEARLY) * least(LOW);
}

function trialOf({ candidate, fits }: Runner, request: CrossFitData, folds: number): Trial {
  const { data, weights, foldOf } = request;
  const fit = families[candidate.family].joinFolds(request, candidate.params, fits);
  const rows = [...foldOf.keys()].filter((row) => foldOf[row]! < folds);
  const logLoss = meanLogLoss(fit.probabilities, data.target, weights, rows);
  return { family: candidate.family, logLoss, folds, ...fit };
}

function bestShare(runners: readonly Runner[], share: number): Runner[] {
  return ranked(runners).slice(0, Math.ceil(share * runners.length));
}

function bestOfFamilies(runners: readonly Runner[]): Runner[] {
  const families = new Set<string>();
  return ranked(runners).filter(({ candidate: { family } }) => !families.has(family) && families.add(family));
}

/** Those that a blend would take on the rows that have been tried. */
function usefulRunners(runners: readonly Runner[], { data, weights, foldOf }: CrossFitData): Runner[] {
  const rows = Int32Array.from(foldOf.keys()).filter((row) => foldOf[row]! < 2);
  const trials = runners.map(({ trial }) => trial!);
  const useful = usefulTrials(trials, { target: data.target, weights }, rows);
  return runners.filter((_, k) => useful.includes(k));
}

function ranked(runners: readonly Runner[]): Runner[] {
  return [...runners].sort((a, b) => a.trial!.logLoss - b.trial!.logLoss);
}

function bestOf(runners: readonly Runner[]): string | null {
  const tried = runners.flatMap(({ trial }) => trial ?? []);
  if (tried.length === 0) return null;
  const most = Math.max(...tried.map(({ folds }) => folds));
  const best = tried.filter(({ folds }) => folds === most).reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
  return `${titleOf(best)}, log loss ${best.logLoss.toFixed(4)}`;
}

/** In the middle of a sentence. */
export function titleOf({ family }: Pick<Candidate, 'family'>): string {
  return families[family].title.toLowerCase();
}
