/**
 * What another policy would have brought, from past randomised data in which every action had a known chance.
 *
 * Method: doubly robust off-policy evaluation (Dudík, Langford and Li 2011). With π the policy's action, a the one that was
 * given with propensity e, r the outcome and μ a model of it,
 *   V̂ = mean of μ(x, π) + 1{a = π} / e · (r − μ(x, a)),
 * and a normal interval from the spread of these terms. Customers to whom something else happened say nothing but through μ:
 * below an effective sample (Kish) of 100, (Σ w)² / Σ w² with w = 1{a = π} / e, no value is given.
 * Assumptions: propensities are those of the design; μ was fitted on other customers; customers are independent.
 */
import { z95, type Interval } from '../evaluation/wilson.ts';

/** One entry a customer. */
export interface PastActions {
  /** Number of different actions; 0 may be none. */
  readonly actions: number;
  readonly action: Uint8Array;
  /** Chance of the action that was given, in (0, 1]. */
  readonly propensity: Float64Array;
  /** Such as 1 for customers who stayed, or money. */
  readonly outcome: Float64Array;
  /** Outcome expected with each action, customers × actions, row-major. */
  readonly expected: Float64Array;
}

export type Replay =
  | { readonly isKnown: false; readonly effectiveSample: number }
  | ({
      readonly isKnown: true;
      readonly effectiveSample: number;
      /** Mean outcome a customer. */
      readonly value: number;
      readonly standardError: number;
    } & Interval);

const fewestEffective = 100;

/** What `policy`, an action for each customer, would have brought. @throws RangeError on wrong lengths or numbers */
export function replayPolicy(past: PastActions, policy: Uint8Array): Replay {
  return summarise(policyScores(past, policy), effectiveSample(past, policy));
}

/** What `policy` would have brought more than `other`; the smaller of the two effective samples counts. */
export function replayDifference(past: PastActions, policy: Uint8Array, other: Uint8Array): Replay {
  const others = policyScores(past, other);
  const scores = policyScores(past, policy).map((score, i) => score - others[i]!);
  return summarise(scores, Math.min(effectiveSample(past, policy), effectiveSample(past, other)));
}

function summarise(scores: Float64Array, effectiveSample: number): Replay {
  if (effectiveSample < fewestEffective) return { isKnown: false, effectiveSample };
  const value = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const squares = scores.reduce((sum, score) => sum + (score - value) ** 2, 0);
  const standardError = Math.sqrt(squares / (scores.length - 1) / scores.length);
  const half = z95 * standardError;
  return { isKnown: true, effectiveSample, value, standardError, low: value - half, high: value + half };
}

function policyScores(past: PastActions, policy: Uint8Array): Float64Array {
  checkPast(past, policy);
  const { actions, action, propensity, outcome, expected } = past;
  return Float64Array.from(policy, (chosen, i) => {
    const model = expected[i * actions + chosen]!;
    return chosen === action[i] ? model + (outcome[i]! - model) / propensity[i]! : model;
  });
}

function effectiveSample({ action, propensity }: PastActions, policy: Uint8Array): number {
  let [sum, squares] = [0, 0];
  policy.forEach((chosen, i) => {
    if (chosen !== action[i]) return;
    sum += 1 / propensity[i]!;
    squares += 1 / propensity[i]! ** 2;
  });
  return squares === 0 ? 0 : sum ** 2 / squares;
}

function checkPast(past: PastActions, policy: Uint8Array): void {
  const { actions, action, propensity, outcome, expected } = past;
  const customers = policy.length;
  if ([action, propensity, outcome].some(({ length }) => length !== customers))
    throw new RangeError(
      `there must be an action, a propensity and an outcome for each of ${customers} customers`,
    );
  if (expected.length !== customers * actions)
    throw new RangeError(`expected must have ${customers * actions} entries, found ${expected.length}`);
  if (!propensity.every((chance) => chance > 0 && chance <= 1))
    throw new RangeError('propensities must be above 0 and at most 1');
  if ([action, policy].some((chosen) => chosen.some((a) => a >= actions)))
    throw new RangeError(`actions are numbered below ${actions}`);
  if (!outcome.every(Number.isFinite) || !expected.every(Number.isFinite))
    throw new RangeError('outcomes must be finite');
}
