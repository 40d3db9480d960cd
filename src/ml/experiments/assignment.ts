/**
 * Who gets the action and who is a control: complete randomisation within strata of the score (deciles), so that both
 * arms have the same mix of customers and every stratum has its share of controls.
 *
 * Method: members are sorted by score and cut into strata of equal size; within a stratum they are shuffled and the arms
 * take their shares in turn. Parts of a member are carried to the next stratum, so that the arms have their shares of all
 * members to within one. The same scores in the same order and the same seed give the same split.
 * Reference: Imbens and Rubin (2015), Causal Inference, 9.
 */
import { createRandom, shuffle } from '../math/random.ts';

export interface Assignment {
  /** Place in `shares`, one a member. */
  readonly arm: Uint8Array;
  /** Chance of the arm that the member got, given the sizes of the arms in the stratum; in (0, 1]. */
  readonly propensity: Float64Array;
  /** From 0 for the lowest scores. */
  readonly stratum: Int32Array;
}

const mostStrata = 10;
/** Of members of the smallest arm, so that a stratum has a variance. */
const fewestInStratum = 2;

/**
 * `shares` of the arms, the control first, above 0 and adding up to 1. `seed`: a whole number.
 * @throws RangeError on other shares, with scores that are not finite, and with fewer than two members of an arm
 */
export function assignArms(scores: Float64Array, shares: readonly number[], seed: number): Assignment {
  checkAssignment(scores, shares);
  const random = createRandom(seed);
  const order = shuffledByScore(scores, random.fork());
  const strata = strataFor(scores.length, shares);
  const assigned = {
    arm: new Uint8Array(scores.length),
    propensity: new Float64Array(scores.length),
    stratum: new Int32Array(scores.length),
  };
  for (let k = 0; k < strata; k++) {
    const from = Math.round((k * scores.length) / strata);
    const to = Math.round(((k + 1) * scores.length) / strata);
    const members = order.slice(from, to);
    shuffle(members, random);
    for (const member of members) assigned.stratum[member] = k;
    dealArms(members, from, shares, assigned);
  }
  return assigned;
}

/** Strata that a campaign of so many members is split into: at most ten, with two controls or more in each. */
export function strataFor(members: number, shares: readonly number[]): number {
  return Math.max(1, Math.min(mostStrata, Math.floor((members * Math.min(...shares)) / fewestInStratum)));
}

/** `before`: members of lower strata, whose arms are full to within one. */
function dealArms(
  members: Int32Array,
  before: number,
  shares: readonly number[],
  { arm, propensity }: Assignment,
): void {
  let start = 0;
  let upTo = 0;
  shares.forEach((share, a) => {
    upTo += share;
    // Rounding the ends of all arms before and after this stratum carries what was left over.
    const end =
      a === shares.length - 1
        ? members.length
        : Math.round((before + members.length) * upTo) - Math.round(before * upTo);
    for (const member of members.subarray(start, end)) {
      arm[member] = a;
      propensity[member] = (end - start) / members.length;
    }
    start = Math.max(start, end);
  });
}

/** Row numbers by rising score; members of equal scores in random order. */
function shuffledByScore(scores: Float64Array, random: ReturnType<typeof createRandom>): Int32Array {
  const order = Int32Array.from(scores.keys());
  shuffle(order, random);
  return order.sort((a, b) => scores[a]! - scores[b]!);
}

function checkAssignment(scores: Float64Array, shares: readonly number[]): void {
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (shares.length < 2 || shares.length > 255 || !shares.every((share) => share > 0 && share < 1))
    throw new RangeError('each of two to 255 arms must have a share above 0 and below 1');
  if (Math.abs(total - 1) > 1e-9) throw new RangeError(`shares must add up to 1, found ${total}`);
  if (!scores.every(Number.isFinite)) throw new RangeError('scores must be finite');
  if (scores.length * Math.min(...shares) < fewestInStratum)
    throw new RangeError(
      `${scores.length} members are too few: the smallest arm needs ${fewestInStratum} of them`,
    );
}
