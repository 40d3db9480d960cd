/** Plans for a budget over HTTP: from a list of customers to who gets which action. */
import { beforeAll, describe, expect, it } from 'vitest';
import { eraseEverywhere } from '../../src/domain/erasure/erasure.ts';
import { healInterrupted } from '../../src/domain/jobs/interrupted.ts';
import { getCampaign } from '../../src/store/campaigns.ts';
import { getPlan } from '../../src/store/plans.ts';
import { listRules } from '../../src/store/retention-rules.ts';
import type { RuleRecord } from '../../src/store/retention-rules.ts';
import { saveSettings } from '../../src/store/settings.ts';
import { activateSmallModel, customersCsv, signIn } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';
import { runJobs } from '../helpers/work.ts';

const test = openSite('analyst');
const { post, pageOf, rowsOf } = test;
let rules: readonly RuleRecord[];
beforeAll(async () => {
  await activateSmallModel(test);
  rules = await listRules(test.context.db);
  await test.scoreAtOnce(customersCsv(400, 9));
});

type Form = Readonly<Record<string, string>>;

/** All rules in use, without limits. */
const everything = (): Form => ({
  name: 'Spring',
  budget: '300',
  valueMonths: '12',
  valueMargin: '100',
  ...Object.fromEntries(rules.map(({ id }) => [`use${id}`, 'yes'])),
});

async function ask(change: Form = {}): Promise<number> {
  const { headers } = await post('/plans', { ...everything(), ...change }).expect(303);
  return Number(/\d+/.exec(headers['location']!)![0]);
}

async function make(change: Form = {}): Promise<number> {
  const id = await ask(change);
  await runJobs(test.context);
  return id;
}

describe('a plan', () => {
  it('is asked for the customers of a list, among the rules in use', async () => {
    expect(await pageOf('/customers?risk=high')).toContain('/plans/new?risk=high');
    const page = await pageOf('/plans/new?risk=high');
    expect(page).toContain('Customers with risk level high');
    expect(page.match(/type="checkbox"/g)).toHaveLength(rules.length);
    expect(page.match(/ checked/g)).toHaveLength(rules.length);
  });

  it('says who gets which action within the budget, and what other budgets save', async () => {
    const id = await make();
    const { result } = await getPlan(test.context.db, id);
    expect(result!.spent).toBeLessThanOrEqual(300);
    expect(result!.saving / result!.bound).toBeGreaterThan(0.99);
    const page = await pageOf(`/plans/${id}`);
    expect(page).toMatch(/Saves €[\d,]+ after €[\d,]+ of cost/);
    expect(page).toMatch(/The next €100 of budget would save €[\d,]+ more/);
    expect(page).toContain('What other budgets would save');
    const rows = await rowsOf(`/plans/${id}/plan.csv`);
    expect(rows).toHaveLength(result!.planned);
    expect(new Set(rows.map(({ customer }) => customer)).size).toBe(rows.length);
    const sum = (name: string): number => rows.reduce((total, row) => total + Number(row[name]), 0);
    expect(sum('cost')).toBeCloseTo(result!.spent, 6);
    expect(sum('expected_saving')).toBeCloseTo(result!.saving, 6);
  });

  it('counts the margin of the revenue, as the organisation does unless another is asked for', async () => {
    const { db } = test.context;
    await saveSettings(db, { valueMargin: 0.25 });
    expect(await pageOf('/plans/new')).toContain('value="25"');
    await saveSettings(db, { valueMargin: 1 });
    const savingAt = async (valueMargin: string) =>
      (await getPlan(db, await make({ valueMargin }))).result!.saving;
    expect(await savingAt('40')).toBeLessThan(await savingAt('100'));
  });

  it('gives an action only to customers whom its rule is for', async () => {
    const rule = rules.find(({ conditions }) => conditions.minMonthlyValue !== null)!;
    const form = {
      name: 'Calls',
      budget: '5000',
      valueMonths: '12',
      valueMargin: '100',
      [`use${rule.id}`]: 'yes',
    };
    const { headers } = await post('/plans', form).expect(303);
    await runJobs(test.context);
    const rows = await rowsOf(`${headers['location']}/plan.csv`);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows)
      expect(Number(row['monthly_value'])).toBeGreaterThanOrEqual(rule.conditions.minMonthlyValue!);
  });

  it('keeps to the places of a channel, which its actions share', async () => {
    const [rule] = rules;
    const id = await make({ budget: '100000', [`capacity${rule!.id}`]: '3' });
    const { result } = await getPlan(test.context.db, id);
    const own = rules.filter(({ channel }) => channel === rule!.channel).map(({ id: ruleId }) => ruleId);
    const got = result!.actions.filter(({ ruleId }) => own.includes(ruleId));
    expect(got.length).toBeGreaterThan(1);
    expect(got.reduce((sum, { customers }) => sum + customers, 0)).toBe(3);
    expect(await pageOf(`/plans/${id}`)).toContain('A larger budget would save nothing more.');
  });

  it('can be made again with the same terms', async () => {
    const id = await make({ budget: '750' });
    const page = await pageOf(`/plans/new?again=${id}`);
    expect(page).toContain('value="750"');
  });

  it.each([
    [{ name: '' }, 'Enter a name.'],
    [{ budget: '-5' }, 'Enter an amount such as 5000, without a sign.'],
    [{ budget: '0' }, 'Enter a budget above 0'],
    [{ valueMonths: '0' }, 'Enter a number of months from 1 to 120.'],
    [{ valueMargin: '0' }, 'Enter a percentage above 0 and up to 100.'],
  ])('with %j is refused in words, and keeps what was typed', async (change, words) => {
    const { text } = await post('/plans', { ...everything(), ...change, risk: 'high' }).expect(422);
    expect(text).toContain(words);
    expect(text).toContain('name="risk" value="high"');
    expect(text.match(/ checked/g)).toHaveLength(rules.length);
  });

  it('needs an action', async () => {
    const { text } = await post('/plans', {
      name: 'x',
      budget: '5',
      valueMonths: '12',
      valueMargin: '100',
    }).expect(422);
    expect(text).toContain('Choose at least one action.');
  });

  it.each([
    [{ search: 'nobody at all' }, 'The filter finds no customers.'],
    [{ risk: 'low' }, 'No chosen retention rule is for any of these customers.'],
  ])('for %j says why it could not be made', async (filter, words) => {
    expect(await pageOf(`/plans/${await make(filter)}`)).toContain(words);
  });

  it.each([
    [{ cost: -1 }, 'is below 0'],
    [{ save_rate: 1.5 }, 'is not from 0 to 100 %'],
  ])('with a rule of %j names it', async (change, words) => {
    const { db } = test.context;
    const { id, cost, saveRate } = rules[0]!;
    await db('retention_rules').where({ id }).update(change);
    expect(await pageOf(`/plans/${await make()}`)).toContain(words);
    await db('retention_rules').where({ id }).update({ cost, save_rate: saveRate });
  });

  it('leaves out customers of campaigns that run, and those who have come into one since', async () => {
    const before = await make();
    const terms = { action: 'Call', cost: '5', saveRate: '20', smallestSaveRate: '20', horizonDays: '90' };
    const { headers } = await post('/campaigns', { name: 'Calls', ...terms, risk: 'high' }).expect(303);
    await post(`${headers['location']}/launch`, { share: '0.3' }).expect(303);
    await runJobs(test.context);
    const after = await make({ risk: 'high' });
    expect(await pageOf(`/plans/${after}`)).toContain('All customers that the filter finds are in campaigns');
    const high = new Set((await rowsOf('/customers.csv?risk=high')).map(({ customer }) => customer));
    const rows = await rowsOf(`/plans/${before}/plan.csv`);
    expect(rows.filter(({ customer }) => high.has(customer))).toEqual([]);
    await post(`${headers['location']}/closing`).expect(303);
  });

  it('becomes one campaign, in which each customer has the planned action or is its control', async () => {
    const { db } = test.context;
    const id = await make({ name: 'Summer', budget: '1500' });
    const planned = new Map(
      (await rowsOf(`/plans/${id}/plan.csv`)).map((row) => [row['customer'], row['action']]),
    );
    const { headers } = await post(`/plans/${id}/campaign`).expect(303);
    const href = headers['location']!;
    expect((await post(`/plans/${id}/campaign`)).headers['location']).toBe(href);
    await post(`/plans/${id}/removal`).expect(409);
    expect(await pageOf(href)).toContain(`${planned.size} customers`);
    const terms = { name: 'Summer', smallestSaveRate: '15', horizonDays: '60' };
    await post(href, { ...terms, action: 'Something else', cost: '0' }).expect(303);
    await post(`${href}/launch`, { share: '0.2' }).expect(303);
    await runJobs(test.context);
    const campaign = await getCampaign(db, Number(href.split('/').at(-1)));
    expect(campaign).toMatchObject({
      state: 'running',
      planId: id,
      horizonDays: 60,
      memberCount: planned.size,
    });
    const treated = await rowsOf(`${href}/treatment.csv`);
    for (const { customer, action } of treated) expect(action).toBe(planned.get(customer));
    expect(treated).toHaveLength(planned.size - campaign.controlCount);
    expect(campaign.controlCount / planned.size).toBeCloseTo(0.2, 1);
    const page = await pageOf(`/plans/${id}`);
    expect(page).toContain(`This plan is the campaign <a href="${href}">Summer</a>`);
    expect(page).not.toContain('Download the plan as CSV');
    await post(`${href}/closing`).expect(303);
  });

  it('that was interrupted without a job says so', async () => {
    const id = await ask();
    await test.context.db('jobs').where('state', 'queued').delete();
    await healInterrupted(test.context.db);
    expect(await pageOf(`/plans/${id}`)).toContain('It was interrupted.');
  });

  it('forgets a customer who is erased', async () => {
    const id = await make();
    const [first] = await rowsOf(`/plans/${id}/plan.csv`);
    await eraseEverywhere(test.context, first!['customer']!);
    const ids = (await rowsOf(`/plans/${id}/plan.csv`)).map(({ customer }) => customer);
    expect(ids).not.toContain(first!['customer']);
    expect(ids.every((customer) => !customer!.startsWith('erased'))).toBe(true);
  });

  it('is removed, and is for analysts', async () => {
    const id = await make();
    const viewer = await signIn(test, 'viewer');
    await viewer.get(`/plans/${id}`).expect(200);
    await viewer.get(`/plans/${id}/plan.csv`).expect(403);
    await post(`/plans/${id}/removal`).expect(303);
    await test.agent.get(`/plans/${id}`).expect(404);
  });
});
