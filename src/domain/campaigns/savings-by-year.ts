/**
 * What all campaigns of a year saved together: churn of the hold-out against that of everybody else, contacted or not, so that
 * no campaign counts twice. A year counts from the day on which its hold-out began; customers whom a changed share moved in or
 * out of it count on neither side.
 */
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import type { Figure } from '../../ml/evaluation/threshold-figures.ts';
import { outcomesByStratum } from '../../ml/experiments/arm-outcomes.ts';
import { readCampaign, savedCustomers } from '../../ml/experiments/campaign-readout.ts';
import type { CampaignReadout } from '../../ml/experiments/campaign-readout.ts';
import { checkSampleRatio } from '../../ml/experiments/sample-ratio.ts';
import { countTreated } from '../../store/campaign-members.ts';
import { listCampaigns } from '../../store/campaigns.ts';
import { visitOutcomesBetween } from '../../store/outcomes.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { getSettings } from '../../store/settings.ts';
import type { Settings } from '../../store/settings.ts';
import { customerValue } from '../retention/expected-value.ts';
import { actionOf } from './arms.ts';
import { addDays, daysBetween, today } from './days.ts';
import { holdOutDraw, shareOn } from './hold-out.ts';
import { afterCost } from './results.ts';
import { readMonthlyValues } from './scored-customers.ts';

export interface YearOfSavings {
  readonly year: string;
  /** The first day that counts. */
  readonly from: string;
  readonly isOver: boolean;
  /** Held out all the time. */
  readonly share: number;
  /** Customers with a known outcome. */
  readonly heldOut: number;
  readonly others: number;
  /** Others minus hold-out; null: too little is known. */
  readonly effect: CampaignReadout | null;
  readonly saved: Figure | null;
  /** Value of the saved, after the cost of campaigns; null: no revenue is known. */
  readonly earned: Figure | null;
  /** Of the campaigns that were launched in the year, for each customer to contact. */
  readonly cost: number;
  /** Outcomes of one side are known more often than those of the other. */
  readonly isMismatched: boolean;
}

interface Period {
  readonly year: string;
  readonly from: string;
  readonly until: string;
  /** Shares that held in it. */
  readonly least: number;
  readonly most: number;
}

/** Newest first. */
export async function readSavings(store: ScoreStore): Promise<YearOfSavings[]> {
  const settings = await getSettings(store.db);
  const day = today(settings.timeZone, await timeOf(store.db));
  const years: YearOfSavings[] = [];
  for (const period of periodsOf(settings, day)) years.push(await readYear(store, settings, period, day));
  return years;
}

/** Years with a hold-out that was never given up, up to a day. */
export function periodsOf({ holdOuts }: Pick<Settings, 'holdOuts'>, day: string): Period[] {
  const periods: Period[] = [];
  for (
    let year = Number(day.slice(0, 4));
    year >= Number(holdOuts[0]?.from.slice(0, 4) ?? Infinity);
    year--
  ) {
    const [first, until] = [`${year}-01-01`, `${year}-12-31`];
    const within = holdOuts.filter(({ from, share }) => share > 0 && from > first && from <= until);
    const from = shareOn({ holdOuts }, first) > 0 ? first : within[0]?.from;
    if (from === undefined) continue;
    const later = holdOuts.filter((one) => one.from > from && one.from <= until).map(({ share }) => share);
    const shares = [shareOn({ holdOuts }, from), ...later];
    const least = Math.min(...shares);
    if (least > 0) periods.push({ year: String(year), from, until, least, most: Math.max(...shares) });
  }
  return periods;
}

async function readYear(
  store: ScoreStore,
  settings: Settings,
  period: Period,
  day: string,
): Promise<YearOfSavings> {
  const { year, from, until, least, most } = period;
  const known = await readKnown(store, settings, period);
  const isOver = day > until;
  const information = isOver
    ? null
    : Math.min(0.99, Math.max(0.01, daysBetween(from, day) / daysBetween(from, addDays(until, 1))));
  const strata = outcomesByStratum(known);
  const effect = readCampaign(strata, information);
  const heldOut = known.arm.filter((arm) => arm === 0).length;
  const others = known.arm.length - heldOut;
  const lost = known.outcome.map((left, i) => {
    const value = known.monthlyValue[i]!;
    return Number.isNaN(value) ? 0 : left * customerValue(value, settings);
  });
  const money = readCampaign(outcomesByStratum({ ...known, outcome: lost }), information);
  const hasValues = known.monthlyValue.some((value) => value > 0);
  const cost = await costOfCampaigns(store.db, period);
  const share = least / (least + 1 - most);
  return {
    year,
    from,
    isOver,
    share: least,
    heldOut,
    others,
    effect,
    saved: effect && savedCustomers(effect),
    earned: effect && money && hasValues ? afterCost(savedCustomers(money), cost) : null,
    cost,
    isMismatched: checkSampleRatio([heldOut, others], [share, 1 - share]).isMismatch,
  };
}

async function costOfCampaigns(db: Db, period: Period): Promise<number> {
  const campaigns = new Map((await listCampaigns(db)).map((campaign) => [campaign.id, campaign]));
  const treated = await countTreated(db, period);
  return treated.reduce(
    (sum, { campaignId, arm, count }) => sum + count * actionOf(campaigns.get(campaignId)!, arm).cost,
    0,
  );
}

/** Customers whose outcome in the period is known, and who were held out all the time, or never. */
async function readKnown(store: ScoreStore, settings: Settings, { year, from, until, least, most }: Period) {
  const drawOf = holdOutDraw(settings, year);
  const ids: string[] = [];
  const arm: number[] = [];
  const outcome: number[] = [];
  await visitOutcomesBetween(store.db, { from, until }, (customerId, hasLeft) => {
    const draw = drawOf(customerId);
    if (customerId.startsWith('erased-') || (draw >= least && draw < most)) return;
    ids.push(customerId);
    arm.push(draw < least ? 0 : 1);
    outcome.push(Number(hasLeft));
  });
  const values = await readMonthlyValues(store, new Set(ids));
  return {
    stratum: new Int32Array(ids.length),
    arm: Uint8Array.from(arm),
    outcome: Float64Array.from(outcome),
    monthlyValue: Float64Array.from(ids, (id) => values.get(id) ?? NaN),
  };
}
