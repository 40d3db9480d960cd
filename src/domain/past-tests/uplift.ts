/**
 * Who reacts to an arm of a past test. Learners are compared out of folds; the doubly robust one decides, named beforehand, so
 * that choosing the best of several does not make chance look like a finding.
 */
import { createRandom } from '../../ml/math/random.ts';
import type { Random } from '../../ml/math/random.ts';
import { takeRows } from '../../ml/data/table.ts';
import { crossFitUplift, learnerNames } from '../../ml/uplift/learners.ts';
import { doublyRobustScores, expectOutcomes } from '../../ml/uplift/outcome-models.ts';
import type { ExpectedOutcomes } from '../../ml/uplift/outcome-models.ts';
import { effectsOfTenths, isOfUse, measureRanking } from '../../ml/uplift/ranked-effect.ts';
import { replayDifference, replayPolicy } from '../../ml/uplift/replay.ts';
import type { PastActions, Replay } from '../../ml/uplift/replay.ts';
import { trialFolds } from '../../ml/uplift/trial.ts';
import type { Trial } from '../../ml/uplift/trial.ts';
import type { PastTestChoice, PolicyFinding, UpliftFinding } from '../../store/past-test-documents.ts';
import { rowsAgainstControl } from './trial-data.ts';
import type { TrialData } from './trial-data.ts';

const deciding = 'doubly-robust';
const base = { family: 'logistic', params: {} } as const;
const folds = 5;
const seed = 42;
/** Of either outcome, in each arm. */
const fewestOfOutcome = 50;
/** Policies that contact the first so many. */
const shares = [0.1, 0.3, 0.5];

interface Terms {
  /** Inputs that are alike in all arms: others may be known only after the test began. */
  readonly balanced: readonly string[];
  readonly outcomeIs: PastTestChoice['outcomeIs'];
}

export function findUplift(data: TrialData, arm: number, { balanced, outcomeIs }: Terms): UpliftFinding {
  const trial = trialOf(data, arm, { balanced, outcomeIs });
  const nothing = { isOfUse: false, rankings: [], tenths: [], policies: [] };
  const name = data.names[arm]!;
  if (trial.table.columns.length === 0) return { arm: name, problem: 'no-inputs', ...nothing };
  if (!hasEnough(trial)) return { arm: name, problem: 'few-customers', ...nothing };
  return { arm: name, problem: null, ...learn(trial, outcomeIs) };
}

/** The arm and the control; the wanted outcome is 1. */
function trialOf({ arm, outcome, inputs }: TrialData, which: number, { balanced, outcomeIs }: Terms): Trial {
  const rows = rowsAgainstControl(arm, which);
  const treated = rows.filter((row) => arm[row] === which).length;
  const known = { ...inputs, columns: inputs.columns.filter(({ name }) => balanced.includes(name)) };
  return {
    table: takeRows(known, rows),
    arm: Uint8Array.from(rows, (row) => Number(arm[row] !== 0)),
    outcome: Uint8Array.from(rows, (row) => (outcomeIs === 'left' ? 1 - outcome[row]! : outcome[row]!)),
    propensity: new Float64Array(rows.length).fill(treated / rows.length),
  };
}

function hasEnough({ arm, outcome }: Trial): boolean {
  const counts = new Int32Array(4);
  arm.forEach((which, i) => counts[2 * which + outcome[i]!]!++);
  return Math.min(...counts) >= fewestOfOutcome;
}

function learn(trial: Trial, outcomeIs: Terms['outcomeIs']): Omit<UpliftFinding, 'arm' | 'problem'> {
  const random = createRandom(seed);
  const foldOf = trialFolds(trial, folds, random.fork());
  const expected = expectOutcomes(base, trial, foldOf, random.fork());
  const scores = doublyRobustScores(trial, expected);
  const ranked = learnerNames.map((learner) => {
    const effects = crossFitUplift(learner, base, { trial, foldOf }, random.fork());
    return { learner, effects, ...measureRanking(effects, scores, createRandom(seed)) };
  });
  const decided = ranked.find(({ learner }) => learner === deciding)!;
  const isUseful = isOfUse(decided);
  return {
    isOfUse: isUseful,
    rankings: ranked.map(({ learner, qini, autoc }) => ({ learner, qini, autoc })),
    tenths: isUseful ? effectsOfTenths(decided.effects, scores) : [],
    policies: replayAll(trial, expected, { random, outcomeIs, effects: isUseful ? decided.effects : null }),
  };
}

interface Priorities extends Pick<Terms, 'outcomeIs'> {
  readonly random: Random;
  /** Null: they are of no use. */
  readonly effects: Float64Array | null;
}

/** What other policies would have brought, on the same customers. */
function replayAll(
  trial: Trial,
  expected: ExpectedOutcomes,
  { random, outcomeIs, effects }: Priorities,
): PolicyFinding[] {
  const past = pastOf(trial, expected);
  const size = trial.arm.length;
  const nobody = new Uint8Array(size);
  // At risk of leaving, or likely to do what is wanted anyway: whom people choose without a test.
  const risk = expected.control.map((chance) => (outcomeIs === 'left' ? 1 - chance : chance));
  const replay = (policy: PolicyFinding['policy'], share: number, contacted: Uint8Array): PolicyFinding => ({
    policy,
    share,
    ...figuresOf(replayPolicy(past, contacted), replayDifference(past, contacted, nobody)),
  });
  const first = (policy: 'uplift' | 'risk', priority: Float64Array) =>
    shares.map((share) => replay(policy, share, firstOf(priority, share, random.fork())));
  return [
    replay('nobody', 0, nobody),
    ...(effects === null ? [] : first('uplift', effects)),
    ...first('risk', risk),
    replay('everybody', 1, new Uint8Array(size).fill(1)),
  ];
}

function figuresOf(value: Replay, gain: Replay) {
  const figure = (found: Replay) =>
    found.isKnown ? { value: found.value, low: found.low, high: found.high } : null;
  return { effectiveSample: value.effectiveSample, value: figure(value), gain: figure(gain) };
}

function pastOf({ arm, outcome, propensity }: Trial, { treated, control }: ExpectedOutcomes): PastActions {
  const expected = new Float64Array(2 * arm.length);
  arm.forEach((_, i) => {
    expected[2 * i] = control[i]!;
    expected[2 * i + 1] = treated[i]!;
  });
  return {
    actions: 2,
    action: arm,
    propensity: propensity.map((chance, i) => (arm[i] === 1 ? chance : 1 - chance)),
    outcome: Float64Array.from(outcome),
    expected,
  };
}

/** 1 for the first `share` by priority; of equals it is chance. */
function firstOf(priority: Float64Array, share: number, random: Random): Uint8Array {
  const lot = priority.map(() => random.next());
  const order = Int32Array.from(priority.keys()).sort(
    (a, b) => priority[b]! - priority[a]! || lot[a]! - lot[b]!,
  );
  const contacted = new Uint8Array(priority.length);
  for (const row of order.subarray(0, Math.round(share * order.length))) contacted[row] = 1;
  return contacted;
}
