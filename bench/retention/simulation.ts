/**
 * Campaigns with a known true effect: members with a score, a split, outcomes, and the readout as the product makes it.
 * Used by readouts.ts and by a smaller test.
 *
 * Two ways in which outcomes come in: `accrual`, customers whose horizon ends week by week, and `followed`, customers
 * who all start on one day and leave one by one.
 */
import { differenceOfArms } from '../../src/ml/experiments/arm-difference.ts';
import { outcomesByStratum } from '../../src/ml/experiments/arm-outcomes.ts';
import { assignArms } from '../../src/ml/experiments/assignment.ts';
import { horizonLevel, readCampaign } from '../../src/ml/experiments/campaign-readout.ts';
import { informationOfRate } from '../../src/ml/experiments/confidence-sequence.ts';
import { adjustedDifference } from '../../src/ml/experiments/score-adjustment.ts';
import { sigmoid } from '../../src/ml/math/sigmoid.ts';
import { createRandom } from '../../src/ml/math/random.ts';
import type { Random } from '../../src/ml/math/random.ts';
import type { Interval } from '../../src/ml/evaluation/wilson.ts';

export interface Plan {
  readonly members: number;
  readonly controlShare: number;
  /** Mean churn probability, about. */
  readonly churn: number;
  /** Share of those who would leave whom the action keeps. */
  readonly saveRate: number;
  readonly weeks: number;
  readonly arrival: 'accrual' | 'followed';
}

interface Campaign {
  readonly score: Float64Array;
  readonly arm: Uint8Array;
  readonly stratum: Int32Array;
  readonly left: Uint8Array;
  /** Week, from 1, in which the outcome is known (accrual) or the customer left (followed). */
  readonly week: Uint8Array;
  /** Treated minus control churn expected of these members. */
  readonly effect: number;
}

export interface Readout {
  readonly effect: number;
  /** At the horizon, as the product reads it. */
  readonly horizon: Interval;
  /** As `horizon`, adjusted by the score; null where few customers left. */
  readonly adjusted: Interval | null;
  /** Once a week, the last at the horizon; null while there are too few outcomes. */
  readonly weekly: Readonly<Record<'fixed' | 'sequence', readonly (Interval | null)[]>>;
}

export function runCampaign(plan: Plan, seed: number): Readout {
  const campaign = simulate(plan, createRandom(seed));
  const looks = Array.from({ length: plan.weeks }, (_, k) => lookAt(campaign, plan, k + 1));
  const outcome = Float64Array.from(campaign.left);
  return {
    effect: campaign.effect,
    horizon: readCampaign(outcomesByStratum({ ...campaign, outcome }), null)!,
    adjusted: adjustedDifference({ ...campaign, outcome }, horizonLevel),
    weekly: { fixed: looks.map(({ fixed }) => fixed), sequence: looks.map(({ sequence }) => sequence) },
  };
}

/** Scores on a logit-normal scale, as calibrated models give. As they are drawn at random, so are the weeks. */
function simulate(plan: Plan, random: Random): Campaign {
  const centre = Math.log(plan.churn / (1 - plan.churn)) * 1.25;
  const score = new Float64Array(plan.members).map(() => sigmoid(centre + 1.3 * random.normal()));
  const shares = [plan.controlShare, 1 - plan.controlShare];
  const { arm, stratum } = assignArms(score, shares, random.below(2 ** 31));
  const left = Uint8Array.from(score, (p, i) =>
    Number(random.next() < p * (arm[i] === 1 ? 1 - plan.saveRate : 1)),
  );
  const week = Uint8Array.from(score, (_, i) => 1 + Math.floor((i * plan.weeks) / plan.members));
  const mean = score.reduce((sum, p) => sum + p, 0) / plan.members;
  return { score, arm, stratum, left, week, effect: -plan.saveRate * mean };
}

/** By a fixed interval of 95 %, and by the confidence sequence. */
function lookAt(campaign: Campaign, plan: Plan, week: number): Record<'fixed' | 'sequence', Interval | null> {
  const known = plan.arrival === 'followed' ? campaign : knownBy(campaign, week);
  const outcome = Float64Array.from(known.left, (left, i) =>
    Number(left === 1 && (plan.arrival === 'accrual' || known.week[i]! <= week)),
  );
  if (outcome.length === 0) return { fixed: null, sequence: null };
  const strata = outcomesByStratum({ stratum: known.stratum, arm: known.arm, outcome });
  const share = outcome.reduce((sum, left) => sum + left, 0) / outcome.length;
  const information =
    plan.arrival === 'accrual' ? outcome.length / plan.members : informationOfRate(share, plan.churn);
  return {
    fixed: differenceOfArms(strata),
    sequence: information > 0 ? readCampaign(strata, information) : null,
  };
}

/** Members are in the order of their weeks. */
function knownBy(campaign: Campaign, week: number): Campaign {
  const later = campaign.week.findIndex((own) => own > week);
  const count = later < 0 ? campaign.week.length : later;
  return {
    ...campaign,
    arm: campaign.arm.subarray(0, count),
    stratum: campaign.stratum.subarray(0, count),
    left: campaign.left.subarray(0, count),
    week: campaign.week.subarray(0, count),
  };
}

/** Shares of campaigns, and mean widths. */
export interface Figures {
  readonly coverage: number;
  readonly adjustedCoverage: number;
  /** The interval at the horizon excludes 0: a false alarm where there is no effect, the power where there is one. */
  readonly atHorizon: number;
  readonly adjustedAtHorizon: number;
  /** Any look before the horizon by the confidence sequence, or the interval at the horizon. */
  readonly inAll: number;
  /** Any look before the horizon by the confidence sequence. */
  readonly beforeHorizon: number;
  /** Any weekly look by a fixed interval of 95 %, which nobody should do. */
  readonly fixedLooks: number;
  readonly width: number;
  readonly adjustedWidth: number;
  /** Of the confidence sequence when half of the weeks are over. */
  readonly halfwayWidth: number;
}

export function figuresOf(readouts: readonly Readout[]): Figures {
  const share = (holds: (readout: Readout) => boolean): number =>
    readouts.filter(holds).length / readouts.length;
  const width = (of: (readout: Readout) => Interval | null): number =>
    readouts.reduce((sum, readout) => sum + widthOf(of(readout)), 0) / readouts.length;
  return {
    coverage: share(({ horizon, effect }) => isWithin(horizon, effect)),
    adjustedCoverage: share(({ adjusted, effect }) => adjusted !== null && isWithin(adjusted, effect)),
    atHorizon: share(({ horizon }) => !isWithin(horizon, 0)),
    adjustedAtHorizon: share(({ adjusted }) => adjusted !== null && !isWithin(adjusted, 0)),
    inAll: share((readout) => isSeenBefore(readout) || !isWithin(readout.horizon, 0)),
    beforeHorizon: share(isSeenBefore),
    fixedLooks: share(({ weekly }) => weekly.fixed.some((look) => look && !isWithin(look, 0))),
    width: width(({ horizon }) => horizon),
    adjustedWidth: width(({ adjusted }) => adjusted),
    halfwayWidth: width(({ weekly }) => weekly.sequence[Math.floor(weekly.sequence.length / 2) - 1] ?? null),
  };
}

function isSeenBefore({ weekly }: Readout): boolean {
  return weekly.sequence.slice(0, -1).some((look) => look && !isWithin(look, 0));
}

function isWithin({ low, high }: Interval, value: number): boolean {
  return low <= value && value <= high;
}

function widthOf(interval: Interval | null): number {
  return interval === null ? NaN : interval.high - interval.low;
}
