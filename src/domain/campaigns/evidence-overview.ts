/** What all finished campaigns together say: of each action, and of customers by the reason that raised their risk. */
import type { Db } from '../../db.ts';
import type { Figure } from '../../ml/evaluation/threshold-figures.ts';
import { differenceOfArms } from '../../ml/experiments/arm-difference.ts';
import { sizeOf } from '../../ml/experiments/arm-outcomes.ts';
import type { Stratum } from '../../ml/experiments/arm-outcomes.ts';
import { listRules } from '../../store/retention-rules.ts';
import type { RuleRecord } from '../../store/retention-rules.ts';
import { armsOfFinished, readFinishedCampaigns, strataOf } from './evidence.ts';
import type { FinishedArm, FinishedCampaign } from './evidence.ts';
import { listHarmed } from './harm.ts';
import type { HarmListing } from './harm.ts';
import { foldAction, isSameAction, learnSaveRates } from './save-rates.ts';
import type { LearnedSaveRate, SaveRates } from './save-rates.ts';

/** `no-use`: the interval rules out a save rate as large as the smallest that matters. */
export type Finding = 'helps' | 'harms' | 'no-use' | 'unclear';

export interface Evidence {
  /** Treated minus control churn within strata of the score; null: too few members. */
  readonly effect: Figure | null;
  readonly finding: Finding;
}

export interface ActionEvidence extends Evidence {
  readonly action: string;
  /** The rule's figure, or the newest campaign's where no rule has the action. */
  readonly expected: number;
  readonly saveRate: LearnedSaveRate;
}

export interface ReasonEvidence extends Evidence {
  readonly reason: string;
  readonly customers: number;
  readonly campaigns: number;
}

export interface EvidenceOverview {
  readonly actions: readonly ActionEvidence[];
  readonly reasons: readonly ReasonEvidence[];
  readonly harmed: readonly HarmListing[];
}

export async function readEvidence(db: Db): Promise<EvidenceOverview> {
  const finished = await readFinishedCampaigns(db);
  const rates = learnSaveRates(finished);
  const rules = await listRules(db);
  return {
    actions: byAction(finished).map((own) => evidenceOfAction(own, rules, rates)),
    reasons: reasonsOf(finished).map((reason) => evidenceOfReason(reason, finished)),
    harmed: await listHarmed(db),
  };
}

function byAction(finished: readonly FinishedCampaign[]): FinishedArm[][] {
  const arms = armsOfFinished(finished);
  const actions = new Set(arms.map(({ arm }) => foldAction(arm.action)));
  return [...actions].map((action) => arms.filter(({ arm }) => isSameAction(arm.action, action)));
}

/** `own`: newest first. */
function evidenceOfAction(
  own: readonly FinishedArm[],
  rules: readonly RuleRecord[],
  rates: SaveRates,
): ActionEvidence {
  const { campaign, arm } = own[0]!;
  const rule = rules.find(({ action }) => isSameAction(action, arm.action));
  const expected = rule?.saveRate ?? arm.saveRate;
  return {
    action: arm.action,
    expected,
    saveRate: rates(arm.action, expected),
    ...evidenceOf(
      own.flatMap(({ groups }) => strataOf(groups)),
      campaign.smallestSaveRate,
    ),
  };
}

function reasonsOf(finished: readonly FinishedCampaign[]): string[] {
  const reasons = finished.flatMap(({ groups }) => groups.map(({ reason }) => reason));
  return [...new Set(reasons)].filter((reason) => reason !== null).sort();
}

function evidenceOfReason(reason: string, finished: readonly FinishedCampaign[]): ReasonEvidence {
  const own = finished.flatMap(({ campaign, groups }) => {
    const strata = strataOf(groups.filter((group) => group.reason === reason));
    return strata.length === 0 ? [] : [{ campaign, strata }];
  });
  const strata = own.flatMap((one) => one.strata);
  return {
    reason,
    customers: strata.reduce((sum, stratum) => sum + sizeOf(stratum), 0),
    campaigns: own.length,
    ...evidenceOf(strata, Math.min(...own.map(({ campaign }) => campaign.smallestSaveRate))),
  };
}

/** Strata of several campaigns stay apart: each compares customers of the same campaign. */
function evidenceOf(strata: readonly Stratum[], smallestSaveRate: number): Evidence {
  const effect = differenceOfArms(strata);
  if (effect === null) return { effect, finding: 'unclear' };
  const { value, low, high } = effect;
  const smallest = smallestSaveRate * controlChurn(strata);
  return { effect: { value, low, high }, finding: findingOf(effect, smallest) };
}

function findingOf({ low, high }: Figure, smallest: number): Finding {
  if (high < 0) return 'helps';
  if (low > 0) return 'harms';
  return low > -smallest ? 'no-use' : 'unclear';
}

function controlChurn(strata: readonly Stratum[]): number {
  const controls = strata.map(({ control }) => control).filter(({ count }) => count > 0);
  const count = controls.reduce((sum, own) => sum + own.count, 0);
  return controls.reduce((sum, own) => sum + own.mean * own.count, 0) / count;
}
