/** Whom a campaign is for: those whom its filter finds now, or those of its plan who can still be contacted. */
import type { Db } from '../../db.ts';
import { listAllPlanMembers } from '../../store/plan-members.ts';
import type { Campaign } from '../../store/campaigns.ts';
import type { PlannedAction } from '../../store/plan-documents.ts';
import { getPlan } from '../../store/plans.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { getSettings } from '../../store/settings.ts';
import type { ValueTerms } from '../retention/expected-value.ts';
import { findCandidates, mostMembers } from './candidates.ts';
import type { Candidates } from './candidates.ts';
import { readExclusions } from './exclusions.ts';

export async function findMembers(
  store: ScoreStore,
  { planId, filter }: Pick<Campaign, 'planId' | 'filter'>,
): Promise<Candidates> {
  return planId === null ? findCandidates(store, filter) : findPlanned(store, planId);
}

/** How saved customers are valued: as in the plan, or as the organisation does. */
export async function readValueTerms(db: Db, { planId }: Pick<Campaign, 'planId'>): Promise<ValueTerms> {
  const { valueMonths, valueMargin } =
    planId === null ? await getSettings(db) : (await getPlan(db, planId)).terms;
  return { valueMonths, valueMargin };
}

async function findPlanned({ db }: ScoreStore, planId: number): Promise<Candidates> {
  const whyLeftOut = await readExclusions(db);
  const armOf = armsByAction((await getPlan(db, planId)).result?.actions ?? []);
  const leftOut = { withoutId: 0, inOthers: 0, heldOut: 0, harmed: 0, tooMany: 0 };
  const members = (await listAllPlanMembers(db, planId)).filter(({ customerId, probability, reason }) => {
    const why = whyLeftOut({ customerId, probability, reason: () => reason });
    if (why !== null) leftOut[why]++;
    return why === null;
  });
  leftOut.tooMany = Math.max(0, members.length - mostMembers);
  return {
    customerIds: members.map(({ customerId }) => customerId),
    probability: Float64Array.from(members, ({ probability }) => probability),
    monthlyValue: Float64Array.from(members, ({ monthlyValue }) => monthlyValue),
    reason: members.map(({ reason }) => reason),
    plannedArm: members.map(({ action }) => armOf[action]!),
    leftOut,
  };
}

/** The arm of each action of the plan: those that somebody gets, in their order; 0 for the others. */
function armsByAction(actions: readonly Pick<PlannedAction, 'customers'>[]): number[] {
  let arm = 0;
  return actions.map(({ customers }) => (customers > 0 ? ++arm : 0));
}
