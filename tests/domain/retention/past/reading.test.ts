/** What counts as done for a customer, and since when. */
import { beforeAll, describe, expect, it } from 'vitest';
import { readPast } from '../../../../src/domain/retention/past/reading.ts';
import { hadIn } from '../../../../src/domain/retention/past/table.ts';
import type { RetentionRule } from '../../../../src/domain/retention/matching.ts';
import type { Conditions } from '../../../../src/store/rule-conditions.ts';
import { insertMembers } from '../../../../src/store/campaign-members.ts';
import { endLaunch, insertCampaign } from '../../../../src/store/campaigns.ts';
import { noFilter } from '../../../../src/store/prediction-filters.ts';
import { newRule } from '../../../helpers/rules.ts';
import { openSite } from '../../../helpers/site.ts';

const test = openSite('analyst');
const at = '2026-11-22T12:00:00.000Z';
const rule = (conditions: Partial<Conditions>): RetentionRule => ({
  ...newRule({ conditions }),
  id: 1,
  version: 1,
});
const anyWithin = (days: number) => ({ action: null, result: null, days });

interface Stored {
  readonly customer: string;
  readonly action?: string;
  readonly status?: 'open' | 'done' | 'dropped';
  readonly result?: string;
  readonly added: string;
  readonly closed?: string;
}

const store = async (stored: Stored): Promise<void> => {
  await test.context.db('actions').insert({
    customer_id: stored.customer,
    action: stored.action ?? 'Call',
    status: stored.status ?? 'done',
    result: stored.result ?? null,
    due_on: '2026-11-30',
    created_at: stored.added,
    closed_at: stored.closed ?? null,
  });
};

/** Whether each customer had it, by what the rules ask for. */
async function had(question: Conditions['earlierAction'], customers: readonly string[]): Promise<boolean[]> {
  const past = await readPast(test.context.db, { rules: [rule({ earlierAction: question })], at });
  return customers.map((id) => hadIn(past, id)(question!));
}

describe('the past of customers', () => {
  beforeAll(async () => {
    const old = '2026-01-01T00:00:00.000Z';
    await store({ customer: 'done', added: old, closed: '2026-11-20T12:00:00.000Z', result: 'declined' });
    await store({ customer: 'waiting', status: 'open', added: '2026-11-21T12:00:00.000Z' });
    await store({ customer: 'dropped', status: 'dropped', added: old, closed: '2026-11-21T00:00:00.000Z' });
    await store({ customer: 'later', added: '2026-11-22T12:00:00.001Z', closed: '2026-11-22T13:00:00.000Z' });
    await store({
      customer: 'closed later',
      added: '2026-11-21T12:00:00.000Z',
      closed: '2026-11-23T00:00:00.000Z',
    });
    await store({ customer: 'long ago', added: old, closed: '2026-02-01T00:00:00.000Z' });
    await store({ customer: 'twice', added: old, closed: '2026-11-21T00:00:00.000Z', action: 'Letter' });
    await store({ customer: 'twice', added: old, closed: '2026-11-01T00:00:00.000Z' });
  });

  const everybody = ['done', 'waiting', 'dropped', 'later', 'closed later', 'long ago', 'twice', 'nobody'];

  it('counts what was done from its day, and what waits from the day on which it was added', async () => {
    expect(await had(anyWithin(3), everybody)).toEqual([true, true, false, false, true, false, true, false]);
    expect(await had(anyWithin(1), everybody)).toEqual([
      false,
      true,
      false,
      false,
      true,
      false,
      false,
      false,
    ]);
    expect(await had(anyWithin(365), everybody)).toEqual([true, true, false, false, true, true, true, false]);
  });

  it('tells actions and results apart', async () => {
    const asked = { ...anyWithin(10), action: 'Call' };
    expect(await had(asked, everybody)).toEqual([true, true, false, false, true, false, false, false]);
    const declined = { ...asked, result: 'declined' as const };
    expect(await had(declined, everybody)).toEqual([true, false, false, false, false, false, false, false]);
  });

  it('counts campaigns for those whom they treat, from their launch', async () => {
    const { db } = test.context;
    const user = await db('users').first<{ id: number }>('id');
    const terms = {
      action: 'Call',
      cost: 1,
      saveRate: 0.2,
      moreArms: [{ action: 'Gift', cost: 2, saveRate: 0.2 }],
    };
    const draft = {
      ...terms,
      name: 'Spring',
      smallestSaveRate: 0.2,
      horizonDays: 90,
      filter: noFilter,
      planId: null,
    };
    const id = await insertCampaign(db, draft, user.id);
    const member = {
      probability: 0.5,
      monthlyValue: 10,
      stratum: 0,
      plannedArm: 0,
      propensity: 0.3,
      reason: null,
    };
    const members = ['control', 'called', 'given'].map((customerId, arm) => ({ ...member, customerId, arm }));
    await insertMembers(db, id, members);
    const gift = { ...anyWithin(10), action: 'Gift' };
    const customers = ['control', 'called', 'given'];
    expect(await had(anyWithin(10), customers)).toEqual([false, false, false]);
    const launch = { memberCount: 3, controlCount: 1, membersSha256: '', valueMonths: 12, valueMargin: 1 };
    await endLaunch(db, id, { ...launch, launchedOn: '2026-11-15', endsOn: '2027-02-15' });
    expect(await had(anyWithin(10), customers)).toEqual([false, true, true]);
    expect(await had(anyWithin(5), customers)).toEqual([false, false, false]);
    expect(await had(gift, customers)).toEqual([false, false, true]);
  });

  it('is read for one customer alone, and not at all where no rule in use asks for it', async () => {
    const { db } = test.context;
    const rules = [rule({ cooldown: { days: 30, of: 'any' } })];
    const one = await readPast(db, { rules, at, customerId: 'done' });
    expect([...one.identifiers.ends]).toEqual([4]);
    const unused = [{ ...rules[0]!, enabled: false }, rule({})];
    expect((await readPast(db, { rules: unused, at })).questions).toEqual([]);
    expect((await readPast(db, { rules, at, customerId: '' })).questions).toEqual([]);
  });
});
