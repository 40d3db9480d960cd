/**
 * What a control group costs and what it can find, before a campaign is launched.
 *
 * Method: with churn probabilities p of the members and an action that keeps a share r of those who would leave, the
 * stratified difference of arms (arm-difference.ts) has the mean −r p̄ and the variance
 *   Σ wₖ² [pₖ(1 − r)(1 − pₖ(1 − r)) / n₁ₖ + pₖ(1 − pₖ) / n₀ₖ],
 * pₖ being the mean probability of a stratum; power is the chance that the interval at the horizon
 * (campaign-readout.ts) excludes 0, by the normal distribution. A control costs the net saving that is expected of treating it.
 * Assumptions: probabilities are calibrated; costs and save rate are the same for the whole group. Reference: Cohen (1988),
 * Statistical Power Analysis.
 */
import { normalTail } from '../math/incomplete-gamma.ts';
import { normalQuantile } from '../math/quantiles.ts';
import { findRoot } from '../math/roots.ts';
import { strataFor } from './assignment.ts';
import { horizonLevel } from './campaign-readout.ts';

export interface PlannedCampaign {
  /** Churn probability of each member, in [0, 1]. */
  readonly probabilities: Float64Array;
  /** Net saving expected of treating each member, after cost, in money; may be below 0. */
  readonly savings: Float64Array;
  /** Smallest share of those who would leave whose saving matters, in (0, 1]. */
  readonly saveRate: number;
  /** Actions that are compared, each with an equal share of the treated; 1 unless told. */
  readonly arms?: number;
}

export interface ControlShare {
  /** Of members who are controls, in (0, 1). */
  readonly share: number;
  readonly controls: number;
  /** Savings not made because controls are not contacted, in money. */
  readonly cost: number;
  /** Chance of finding `saveRate`, in [0, 1]. */
  readonly power: number;
  /** Save rate found in 80 of 100 cases; null where even saving everybody who would leave is not. */
  readonly detectable: number | null;
}

/** Shares that are offered. */
export const controlShares = [0.05, 0.1, 0.15, 0.2, 0.3, 0.5] as const;
/** The usual requirement. */
const enoughPower = 0.8;

/** One entry a share that leaves two members in each arm. With several arms power is that of each, all intervals holding together. @throws RangeError on a save rate outside (0, 1] */
export function compareControlShares(
  campaign: PlannedCampaign,
  shares: readonly number[] = controlShares,
): ControlShare[] {
  checkCampaign(campaign);
  const members = campaign.probabilities.length;
  const expected = campaign.savings.reduce((sum, saving) => sum + saving, 0);
  const sorted = campaign.probabilities.slice().sort();
  const arms = campaign.arms ?? 1;
  return shares
    .filter((share) => members * Math.min(share, (1 - share) / arms) >= 2)
    .map((share) => {
      const powerOf = createPower(sorted, share, arms);
      return {
        share,
        controls: Math.round(members * share),
        cost: expected * share,
        power: powerOf(campaign.saveRate),
        detectable: powerOf(1) < enoughPower ? null : findRoot((r) => powerOf(r) - enoughPower, 0, 1),
      };
    });
}

/**
 * The smallest share that finds the save rate in 80 of 100 cases; where none does, the one that finds it most often. Null
 * without shares.
 */
export function proposeControlShare(compared: readonly ControlShare[]): ControlShare | null {
  const enough = compared.filter(({ power }) => power >= enoughPower);
  if (enough.length > 0) return enough.reduce((a, b) => (b.share < a.share ? b : a));
  return compared.reduce<ControlShare | null>(
    (best, next) => (best === null || next.power > best.power ? next : best),
    null,
  );
}

/** Power as a function of the save rate, for probabilities in ascending order. */
function createPower(sorted: Float64Array, share: number, arms: number): (saveRate: number) => number {
  const treated = (1 - share) / arms;
  const strata = strataFor(sorted.length, [share, treated]);
  const means = Array.from({ length: strata }, (_, k) =>
    meanOf(
      sorted.subarray(
        Math.round((k * sorted.length) / strata),
        Math.round(((k + 1) * sorted.length) / strata),
      ),
    ),
  );
  const rate = meanOf(sorted);
  const z = normalQuantile(1 - (1 - horizonLevel) / (2 * arms));
  const spread = (p: number): number => p * (1 - p);
  return (saveRate) => {
    const variance = means.reduce(
      (sum, p) => sum + spread(p * (1 - saveRate)) / treated + spread(p) / share,
      0,
    );
    // All strata have the same size: wₖ² / nₖ is 1 / (strata · members).
    const distance = (saveRate * rate) / Math.sqrt(variance / strata / sorted.length);
    // Without any spread every effect is seen; 0 / 0 is no effect.
    return Number.isNaN(distance) ? 0 : normalTail(z - distance) + normalTail(z + distance);
  };
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function checkCampaign({ probabilities, savings, saveRate }: PlannedCampaign): void {
  if (savings.length !== probabilities.length)
    throw new RangeError(`savings must have ${probabilities.length} entries, found ${savings.length}`);
  if (!(saveRate > 0 && saveRate <= 1))
    throw new RangeError(`saveRate must be above 0 and at most 1, found ${saveRate}`);
  if (!probabilities.every((p) => p >= 0 && p <= 1))
    throw new RangeError('probabilities must be from 0 to 1');
  if (!savings.every(Number.isFinite)) throw new RangeError('savings must be finite');
}
