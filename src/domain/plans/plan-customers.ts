/** The customers that a plan chooses from, by their latest score, and which of its actions each may get. */
import { Conflict } from '../../errors.ts';
import { countText } from '../../format.ts';
import type { CampaignFilter } from '../../store/campaigns.ts';
import type { PlanResult } from '../../store/plan-documents.ts';
import { getPredictions } from '../../store/prediction-records.ts';
import { textAt } from '../../store/score-files/encoding.ts';
import { reasonPoints } from '../../store/score-files/rows.ts';
import { visitMatches } from '../../store/score-files/scan.ts';
import type { MatchingGroup } from '../../store/score-files/scan.ts';
import { visitSingles } from '../../store/score-files/singles.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { currentPopulation, withinPopulation } from '../analytics/population.ts';
import { readExclusions } from '../campaigns/exclusions.ts';
import type { Contactable, Exclusions } from '../campaigns/exclusions.ts';
import { raisingReason } from '../campaigns/harm.ts';
import type { RetentionRule } from '../retention/matching.ts';
import { readEligibility } from './eligibility.ts';
import type { Eligibility } from './eligibility.ts';

/** One entry a customer. */
export interface PlanCustomers {
  readonly customerIds: readonly string[];
  readonly probability: Float64Array;
  /** Always known. */
  readonly monthlyValue: Float64Array;
  /** Bit j: the customer may get action j. Never 0. */
  readonly actions: Int32Array;
  /** What raised each one's probability most; null: nothing. */
  readonly reason: readonly (string | null)[];
  readonly leftOut: PlanResult['leftOut'];
}

/** About 100 bytes each, and 8 for each action. */
const mostCustomers = 3_000_000;
const singlesAtOnce = 500;

/** `rules`: the actions, at most `mostActions`. @throws Conflict with too many customers */
export async function findPlanCustomers(
  store: ScoreStore,
  filter: CampaignFilter,
  rules: readonly RetentionRule[],
): Promise<PlanCustomers> {
  const asked = withinPopulation({ ...filter, population: null }, await currentPopulation(store.db));
  const eligibility = await readEligibility(store.db, rules);
  const found = createCollection(await readExclusions(store.db));
  const ids: number[] = [];
  await visitSingles(store, asked, ({ id }) => ids.push(id));
  for (let from = 0; from < ids.length; from += singlesAtOnce)
    for (const record of await getPredictions(store.db, ids.slice(from, from + singlesAtOnce)))
      found.add({
        customerId: record.customerId ?? '',
        probability: record.probability,
        monthlyValue: record.monthlyValue ?? NaN,
        actions: eligibility.ofSingle(record),
        reason: () => raisingReason(record.reasons.strongest),
      });
  await visitMatches(store, asked, (group) => {
    addGroup(found, group, eligibility);
  });
  return found.end();
}

type Collection = ReturnType<typeof createCollection>;

function addGroup(found: Collection, { batch, view, rows }: MatchingGroup, eligibility: Eligibility): void {
  const identifiers = view.identifiers();
  const probability = view.column('probability');
  const monthlyValue = view.column('monthlyValue');
  const actions = eligibility.ofGroup(view, batch.modelId);
  for (const row of rows)
    found.add({
      customerId: textAt(identifiers, row),
      probability: probability[row]!,
      monthlyValue: monthlyValue[row]!,
      actions: actions[row]!,
      reason: () => raisingReason(reasonPoints(view, row)),
    });
}

interface Found extends Contactable {
  readonly monthlyValue: number;
  readonly actions: number;
}

function createCollection(whyLeftOut: Exclusions) {
  /** A filter by file may find the same customer twice. */
  const known = new Set<string>();
  const probabilities: number[] = [];
  const monthlyValues: number[] = [];
  const masks: number[] = [];
  const reasons: (string | null)[] = [];
  const leftOut = { withoutId: 0, inOthers: 0, heldOut: 0, harmed: 0, withoutValue: 0, withoutAction: 0 };
  return {
    add: (customer: Found): void => {
      const { customerId, probability, monthlyValue, actions } = customer;
      if (known.has(customerId)) return;
      const why = whyLeftOut(customer);
      if (why !== null) leftOut[why]++;
      else if (Number.isNaN(monthlyValue)) leftOut.withoutValue++;
      else if (actions === 0) leftOut.withoutAction++;
      else {
        refuseMore(known.add(customerId).size);
        probabilities.push(probability);
        monthlyValues.push(monthlyValue);
        masks.push(actions);
        reasons.push(customer.reason());
      }
    },
    end: (): PlanCustomers => ({
      customerIds: [...known],
      probability: Float64Array.from(probabilities),
      monthlyValue: Float64Array.from(monthlyValues),
      actions: Int32Array.from(masks),
      reason: reasons,
      leftOut,
    }),
  };
}

function refuseMore(count: number): void {
  if (count > mostCustomers)
    throw new Conflict(
      `The filter finds more than ${countText(mostCustomers)} customers. Choose fewer, for example by risk level.`,
    );
}
