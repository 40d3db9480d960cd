/** What a campaign's page says, from members whose outcome is planted. */
import { describe, expect, it } from 'vitest';
import { resultsOf } from '../../../src/domain/campaigns/results.ts';
import type { MemberWithOutcome } from '../../../src/store/campaign-members.ts';
import type { Campaign } from '../../../src/store/campaigns.ts';
import { noFilter } from '../../../src/store/prediction-filters.ts';

const campaign: Campaign = {
  id: 1,
  name: 'Calls',
  state: 'running',
  filter: noFilter,
  action: 'Call',
  cost: 5,
  saveRate: 0.2,
  moreArms: [],
  planId: null,
  smallestSaveRate: 0.2,
  horizonDays: 92,
  controlShare: 0.5,
  seed: 1,
  valueMonths: 12,
  valueMargin: 1,
  memberCount: 2_000,
  controlCount: 1_000,
  membersSha256: null,
  error: null,
  createdAt: '2026-03-01T00:00:00Z',
  launchedOn: '2026-03-01',
  endsOn: '2026-06-01',
  closedAt: null,
  harmed: [],
  harmUntil: null,
};
const after = { contactedControls: 0, day: '2026-06-02', mediumFrom: 0.3, highFrom: 0.6 };

/** Every `everyControl`-th control leaves, every `everyTreated`-th treated member; the others are seen at the end. */
function membersOf(everyControl: number, everyTreated: number, seenOn = '2026-06-01'): MemberWithOutcome[] {
  return Array.from({ length: 2_000 }, (_, i) => {
    const arm = i % 2;
    const leaves = Math.floor(i / 2) % (arm === 0 ? everyControl : everyTreated) === 0;
    return {
      customerId: `c${i}`,
      probability: 0.25,
      monthlyValue: 10,
      stratum: Math.floor(i / 200),
      arm,
      plannedArm: 0,
      propensity: 0.5,
      reason: null,
      leftOn: leaves ? '2026-04-01' : null,
      seenOn: leaves ? null : seenOn,
    };
  });
}

describe('the result of a campaign', () => {
  it('counts whom the action kept, and the money after its cost', () => {
    const { effect, saved, earned, cost, costOfStayers } = resultsOf(campaign, membersOf(4, 5), after);
    expect(effect!.value).toBeCloseTo(-0.05, 12);
    expect(saved!.value).toBeCloseTo(50, 9);
    expect(cost).toBe(5_000);
    expect(earned!.value).toBeCloseTo(50 * 120 - 5_000, 6);
    expect(costOfStayers).toBeCloseTo(5_000 * 0.75, 9);
    const atMargin = resultsOf({ ...campaign, valueMargin: 0.4 }, membersOf(4, 5), after);
    expect(atMargin.earned!.value).toBeCloseTo(50 * 48 - 5_000, 6);
  });

  it('counts by the arm that was assigned, and by the horizon', () => {
    const members = membersOf(4, 5).map((member) =>
      member.leftOn === null ? member : { ...member, leftOn: '2026-07-01' },
    );
    const { control, treated, effect } = resultsOf(campaign, members, after);
    expect([control.left, treated.left]).toEqual([0, 0]);
    expect(effect!.value).toBe(0);
  });

  it('leaves out customers of whom nothing is known, and says how many they are', () => {
    const members = membersOf(4, 5).map((member, i) =>
      i % 10 < 2 ? { ...member, leftOn: null, seenOn: null } : member,
    );
    const { control, treated, effect } = resultsOf(campaign, members, after);
    expect(control.unknown + treated.unknown).toBe(400);
    expect(effect!.treated + effect!.control).toBe(1_600);
  });

  it('is read by the wider interval before the horizon', () => {
    const early = resultsOf(campaign, membersOf(4, 8, '2026-05-01'), { ...after, day: '2026-05-01' });
    const final = resultsOf(campaign, membersOf(4, 8), after);
    expect(early.isOver).toBe(false);
    expect(early.effect!.method).toBe('sequence');
    expect(early.effect!.high - early.effect!.low).toBeGreaterThan(final.effect!.high - final.effect!.low);
  });

  it('notices that an arm has lost members on the way', () => {
    const members = membersOf(4, 5).map((member, i) =>
      member.arm === 1 && i % 4 === 1 ? { ...member, leftOn: null, seenOn: null } : member,
    );
    expect(resultsOf(campaign, members, after).isMismatched).toBe(true);
    expect(resultsOf(campaign, membersOf(4, 5), after).isMismatched).toBe(false);
  });

  it('names a level at which contact makes customers leave', () => {
    const { byRisk } = resultsOf(campaign, membersOf(8, 4), after);
    expect(byRisk).toMatchObject([{ level: 'low', members: 2_000, isHarmed: true }]);
  });

  it('compares the controls, who were left alone, with what the model expected', () => {
    const { calibration } = resultsOf(campaign, membersOf(4, 5), after);
    expect(calibration).toMatchObject({ customers: 1_000, expected: 0.25 });
    expect(calibration!.observed.value).toBeCloseTo(0.25, 12);
    expect(calibration!.observed.low).toBeCloseTo(0.224, 3);
    const early = resultsOf(campaign, membersOf(4, 5), { ...after, day: '2026-05-01' });
    expect(early.calibration).toBeNull();
  });

  it('gives no money where no revenue is known', () => {
    const members = membersOf(4, 5).map((member) => ({ ...member, monthlyValue: NaN }));
    expect(resultsOf(campaign, members, after)).toMatchObject({ earned: null, withoutValue: 2_000 });
  });

  it('says nothing without outcomes', () => {
    const members = membersOf(4, 5).map((member) => ({ ...member, leftOn: null, seenOn: null }));
    expect(resultsOf(campaign, members, after)).toMatchObject({
      effect: null,
      saved: null,
      moreNeeded: null,
    });
  });
});

/** Three arms in turn: every fourth control leaves, every fifth with the first action, every eighth with the second. */
function membersOfThree(): MemberWithOutcome[] {
  return Array.from({ length: 3_000 }, (_, i) => {
    const arm = i % 3;
    const every = [4, 5, 8][arm]!;
    const leaves = Math.floor(i / 3) % every === 0;
    return {
      ...membersOf(2, 2)[0]!,
      customerId: `c${i}`,
      stratum: Math.floor(i / 300),
      arm,
      leftOn: leaves ? '2026-04-01' : null,
      seenOn: leaves ? null : '2026-06-01',
    };
  });
}

describe('the result of a campaign with several actions', () => {
  const compared = { ...campaign, moreArms: [{ action: 'Letter', cost: 1, saveRate: 0.1 }] };

  it('has each action against the same controls, with wider intervals', () => {
    const { arms } = resultsOf(compared, membersOfThree(), after);
    expect(arms.map(({ action, counts, cost }) => [action, counts.members, cost])).toEqual([
      ['Call', 1_000, 5_000],
      ['Letter', 1_000, 1_000],
    ]);
    expect(arms[0]!.effect!.value).toBeCloseTo(-0.05, 12);
    expect(arms[1]!.effect!.value).toBeCloseTo(-0.125, 12);
    const alone = resultsOf(
      campaign,
      membersOfThree().filter(({ arm }) => arm < 2),
      after,
    ).effect!;
    const widthOf = ({ low, high }: { readonly low: number; readonly high: number }) => high - low;
    // Student's t of 95.5 % and of 97.75 %.
    expect(widthOf(arms[0]!.effect!) / widthOf(alone)).toBeCloseTo(1.138, 2);
  });

  it('counts each customer once in what was saved in all', () => {
    const { arms, saved, cost, isMismatched, saveRate } = resultsOf(compared, membersOfThree(), after);
    expect(saved!.value).toBeCloseTo(50 + 125, 6);
    expect(saved!.value).toBeCloseTo(arms[0]!.saved!.value + arms[1]!.saved!.value, 6);
    expect(cost).toBe(6_000);
    expect([isMismatched, saveRate]).toEqual([false, null]);
  });

  it('of a plan compares each action with those for whom it was planned', () => {
    const members = membersOf(4, 5).map((member, i) => {
      const plannedArm = i < 500 ? 2 : 1;
      return { ...member, plannedArm, arm: member.arm === 0 ? 0 : plannedArm };
    });
    const { arms, treated } = resultsOf({ ...compared, planId: 1 }, members, after);
    expect(arms.map(({ counts }) => counts.members)).toEqual([750, 250]);
    expect(arms[1]!.effect!.control).toBe(250);
    expect(treated.members).toBe(1_000);
  });
});
