/**
 * Splits the members of a campaign at random within groups of similar scores. Where a plan gave each member an action, this
 * is done for each action on its own, so that each has its share of controls; actions of too few members are split together.
 */
import { assignArms } from '../../ml/experiments/assignment.ts';
import type { Assignment } from '../../ml/experiments/assignment.ts';

/** Of each arm. */
export const fewestInArm = 2;

export interface Splitting {
  /** Churn probabilities. */
  readonly scores: Float64Array;
  readonly controlShare: number;
  readonly seed: number;
}

/** Controls, and `arms` of equal shares. */
export function splitAtRandom({ scores, controlShare, seed }: Splitting, arms: number): Assignment {
  const treated = Array.from({ length: arms }, () => (1 - controlShare) / arms);
  return assignArms(scores, [controlShare, ...treated], seed);
}

/** `planned`: each member's own arm, from 1. */
export function splitByPlan(splitting: Splitting, planned: readonly number[]): Assignment {
  const { scores, controlShare, seed } = splitting;
  const split: Assignment = {
    arm: new Uint8Array(scores.length),
    propensity: new Float64Array(scores.length),
    stratum: new Int32Array(scores.length),
  };
  let strata = 0;
  poolsOf(planned, fewestInArm / Math.min(controlShare, 1 - controlShare)).forEach((members, pool) => {
    const own = splitAtRandom(
      { scores: Float64Array.from(members, (i) => scores[i]!), controlShare, seed: seed + pool },
      1,
    );
    members.forEach((i, place) => {
      split.arm[i] = own.arm[place] === 0 ? 0 : planned[i]!;
      split.propensity[i] = own.propensity[place]!;
      split.stratum[i] = strata + own.stratum[place]!;
    });
    strata += own.stratum.reduce((most, k) => Math.max(most, k + 1), 0);
  });
  return split;
}

/** Members of an action each; those of actions with fewer than `fewest` go together, with others if they are still too few. */
function poolsOf(planned: readonly number[], fewest: number): number[][] {
  const byArm = new Map<number, number[]>();
  planned.forEach((arm, i) => {
    const own = byArm.get(arm);
    if (own) own.push(i);
    else byArm.set(arm, [i]);
  });
  const arms = [...byArm.entries()].sort(([a], [b]) => a - b).map(([, members]) => members);
  const pools = arms.filter((members) => members.length >= fewest);
  const rest = arms.filter((members) => members.length < fewest).flat();
  if (rest.length === 0) return pools;
  if (rest.length >= fewest || pools.length === 0) return [...pools, rest];
  const last = pools.pop()!;
  return [...pools, [...last, ...rest]];
}
