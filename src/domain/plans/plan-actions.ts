/** The actions that a plan can choose from: the retention rules in use, with what is known of their save rates. */
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { Conflict } from '../../errors.ts';
import type { PlanTerms, PlannedAction } from '../../store/plan-documents.ts';
import { listRules } from '../../store/retention-rules.ts';
import { getSettings } from '../../store/settings.ts';
import { today } from '../campaigns/days.ts';
import { readFinishedCampaigns } from '../campaigns/evidence.ts';
import { learnSaveRates } from '../campaigns/save-rates.ts';
import type { SaveRates } from '../campaigns/save-rates.ts';
import type { RetentionRule } from '../retention/matching.ts';
import { validityOn } from '../retention/validity.ts';

export interface PlanAction {
  readonly rule: RetentionRule;
  readonly saveRate: PlannedAction['saveRate'];
}

/** Rules that use one channel: they share its places. */
export interface PlanChannel {
  readonly name: string;
  readonly actions: readonly PlanAction[];
}

export async function listPlanActions(db: Db): Promise<PlanAction[]> {
  const rules = await listRules(db);
  const { timeZone } = await getSettings(db);
  const day = today(timeZone, await timeOf(db));
  const rates = learnSaveRates(await readFinishedCampaigns(db));
  return rules
    .filter((rule) => rule.enabled && validityOn(rule, day) === 'now')
    .map((rule) => ({ rule, saveRate: saveRateOf(rule, rates) }));
}

/** In the order of the rules. */
export function channelsOf(actions: readonly PlanAction[]): PlanChannel[] {
  const names = [...new Set(actions.map(channelOf))];
  return names.map((name) => ({ name, actions: actions.filter((action) => channelOf(action) === name) }));
}

/** The actions of a plan in the order of its channels. @throws Conflict where one of them cannot be planned */
export async function readActionsOf(
  db: Db,
  { channels }: PlanTerms,
): Promise<(PlanAction & { channel: number })[]> {
  const known = await listPlanActions(db);
  const found = channels.flatMap(({ ruleIds }, channel) =>
    known.filter(({ rule }) => ruleIds.includes(rule.id)).map((action) => ({ ...action, channel })),
  );
  if (found.length === 0)
    throw new Conflict('None of the chosen retention rules is in use any more. Choose others.');
  found.forEach(refuseUnusable);
  return found;
}

function refuseUnusable({ rule: { action, cost, saveRate } }: PlanAction): void {
  if (!(cost >= 0)) throw new Conflict(`The cost of ‘${action}’ is below 0. Correct its retention rule.`);
  if (!(saveRate >= 0 && saveRate <= 1))
    throw new Conflict(`The save rate of ‘${action}’ is not from 0 to 100 %. Correct its retention rule.`);
}

/** An action whose rule names no channel has one of its own. */
function channelOf({ rule: { channel, action } }: PlanAction): string {
  return channel === '' ? action : channel;
}

function saveRateOf({ action, saveRate }: RetentionRule, rates: SaveRates): PlannedAction['saveRate'] {
  // A rate that is none is refused when the plan is made; until then the page has to stand.
  const { low, mean, campaigns, customers } = rates(action, Math.min(1, Math.max(0, saveRate)));
  return { low, mean, campaigns: campaigns.length, customers };
}
