/** What campaigns teach of an action's save rate, and of groups and reasons. */
import { describe, expect, it } from 'vitest';
import { controlsOf, membersOf, strataOf } from '../../../src/domain/campaigns/evidence.ts';
import type { FinishedCampaign, KnownGroup } from '../../../src/domain/campaigns/evidence.ts';
import { harmedGroupsOf, harmOf, raisingReason } from '../../../src/domain/campaigns/harm.ts';
import { learnSaveRates } from '../../../src/domain/campaigns/save-rates.ts';
import type { Campaign } from '../../../src/store/campaigns.ts';

/** 200 customers of each arm in each of two strata, of whom these many left. */
function groupsOf(control: number, treated: number, change: Partial<KnownGroup> = {}): KnownGroup[] {
  return [0, 1].flatMap((stratum) =>
    [control, treated].flatMap((left, arm) =>
      [true, false].map((hasLeft) => ({
        stratum,
        arm,
        plannedArm: 0,
        level: 'high' as const,
        reason: 'Contract',
        count: hasLeft ? left : 200 - left,
        hasLeft,
        ...change,
      })),
    ),
  );
}

function finished(id: number, action: string, groups: readonly KnownGroup[]): FinishedCampaign {
  return { campaign: { id, name: `Campaign ${id}`, action, moreArms: [] } as unknown as Campaign, groups };
}

describe('the save rate of an action', () => {
  it('is the figure of the rule where there is no campaign, and unsure', () => {
    const rate = learnSaveRates([])('Call', 0.2);
    expect(rate).toMatchObject({ mean: 0.2, campaigns: [], customers: 0, controls: 0 });
    expect(rate.low).toBeLessThan(0.1);
    expect(rate.high).toBeGreaterThan(0.35);
  });

  it('moves to what campaigns of the action found, and grows surer with each', () => {
    const one = learnSaveRates([finished(1, 'Call', groupsOf(60, 54))])('call ', 0.5);
    const two = learnSaveRates([
      finished(1, 'Call', groupsOf(60, 54)),
      finished(2, 'CALL', groupsOf(60, 54)),
      finished(3, 'Letter', groupsOf(60, 10)),
    ])('Call', 0.5);
    // Found: 10 % of those who would have left.
    expect(one.mean).toBeLessThan(0.5);
    expect(two.mean).toBeLessThan(one.mean);
    expect(two.high - two.low).toBeLessThan(one.high - one.low);
    expect(two).toMatchObject({ customers: 1600, controls: 800 });
    expect(two.campaigns).toEqual([
      { id: 1, name: 'Campaign 1' },
      { id: 2, name: 'Campaign 2' },
    ]);
  });

  it('is not moved by a campaign whose outcomes are not known', () => {
    const rate = learnSaveRates([finished(1, 'Call', [])])('Call', 0.2);
    expect(rate).toMatchObject({ mean: 0.2, customers: 0 });
  });
});

describe('the members of a campaign', () => {
  it('are counted by stratum and arm', () => {
    const groups = groupsOf(60, 40);
    expect([membersOf(groups), controlsOf(groups)]).toEqual([800, 400]);
    const [first] = strataOf(groups);
    expect(first!.control).toMatchObject({ count: 200, mean: 0.3 });
    expect(first!.control.squares).toBeCloseTo(42, 10);
    expect(first!.treated.mean).toBe(0.2);
  });
});

describe('groups to leave alone', () => {
  const helped = { level: 'low' as const, reason: 'Tenure' };

  it('are levels and reasons at which more of the treated left', () => {
    const harmed = harmedGroupsOf([...groupsOf(40, 80), ...groupsOf(40, 40, helped)]);
    expect(harmed.map(({ kind, value }) => `${kind} ${value}`)).toEqual(['level high', 'reason Contract']);
    expect(harmed[0]!.effect.value).toBeCloseTo(0.2, 10);
  });

  it('are none by chance, and none with a handful of members', () => {
    expect(harmedGroupsOf(groupsOf(40, 44))).toEqual([]);
    const few = groupsOf(40, 120).map((group) => ({ ...group, count: Math.round(group.count / 25) }));
    expect(harmedGroupsOf(few)).toEqual([]);
  });

  it('have the customers of the level, or whose strongest reason it is', () => {
    const reason = raisingReason([
      { feature: 'Tenure', points: -0.3 },
      { feature: 'Contract', points: 0.2 },
    ]);
    expect(reason).toBe('Contract');
    expect(raisingReason([{ feature: 'Tenure', points: 0.001 }])).toBeNull();
    const listing = { kind: 'reason' as const, value: 'Contract', effect: { value: 1, low: 1, high: 1 } };
    expect(harmOf([listing], 'low', reason)).toBe(listing);
    expect(harmOf([listing], 'low', 'Tenure')).toBeNull();
    expect(harmOf([{ ...listing, kind: 'level', value: 'low' }], 'low', null)).not.toBeNull();
  });
});
