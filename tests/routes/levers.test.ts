/** What can be changed for customers, from its form to the page of a customer. */
import { beforeAll, describe, expect, it } from 'vitest';
import { insertMembers } from '../../src/store/campaign-members.ts';
import { endLaunch, insertCampaign } from '../../src/store/campaigns.ts';
import { insertOutcomes } from '../../src/store/outcomes.ts';
import { noFilter } from '../../src/store/prediction-filters.ts';
import { getSettings } from '../../src/store/settings.ts';
import { listRules } from '../../src/store/retention-rules.ts';
import { blankRuleFields } from '../helpers/rules.ts';
import { listScores } from '../helpers/scores.ts';
import { activateSmallModel, customersCsv } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';

const test = openSite('analyst');
const { post, pageOf } = test;
const path = '/settings/levers';
const toYear = {
  column: 'Contract',
  change: 'level',
  level: 'two YEAR',
  cost: '60',
  per: 'once',
  ruleId: '',
};
const newestEvent = async (): Promise<unknown> =>
  test.context.db('audit_events').orderBy('id', 'desc').first();
const stored = async () => (await getSettings(test.context.db)).levers;
/** As a reader sees it. */
const wordsOf = (html: string): string =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .replaceAll('&#39;', "'");
let customer: string;

beforeAll(async () => {
  await activateSmallModel(test, ['contract', 'tenure', 'monthlycharges']);
  await test.scoreAtOnce(customersCsv(200, 9));
  const scores = await listScores(test, { risk: 'high' });
  const found = scores.find(({ inputs }) => Object.values(inputs).includes('Month-to-month'))!;
  customer = `/customers/${found.id}`;
});

/** A finished campaign in which half of the controls left, and a quarter of the treated. */
async function measureCampaign(action: string): Promise<void> {
  const { db } = test.context;
  const user = await db('users').first<{ id: number }>('id');
  const terms = { name: 'Measured', action, cost: 1, saveRate: 0.2, moreArms: [], smallestSaveRate: 0.2 };
  const id = await insertCampaign(db, { ...terms, horizonDays: 30, filter: noFilter, planId: null }, user.id);
  const member = {
    probability: 0.5,
    monthlyValue: 10,
    stratum: 0,
    plannedArm: 0,
    propensity: 0.5,
    reason: null,
  };
  const members = Array.from({ length: 80 }, (_, i) => ({ ...member, customerId: `past ${i}`, arm: i % 2 }));
  await insertMembers(db, id, members);
  const launch = { memberCount: 80, controlCount: 40, membersSha256: '', valueMonths: 12, valueMargin: 1 };
  await endLaunch(db, id, { ...launch, launchedOn: '2026-01-01', endsOn: '2026-01-31' });
  const outcomes = members.map(({ customerId, arm }, i) => ({
    customerId,
    seenOn: '2026-01-31',
    hasLeft: i % (arm === 0 ? 4 : 8) < 2,
  }));
  await insertOutcomes(db, { outcomes, source: 'test', userId: user.id });
}

describe('a change that can be offered', () => {
  it.each([
    [{ column: '' }, 'column', 'Choose a column.'],
    [{ column: 'Region' }, 'column', 'The active model has no column Region.'],
    [
      { level: 'Ten years' },
      'level',
      'Contract has no level ‘Ten years’. It has Month-to-month, One year, Two year.',
    ],
    [{ level: '' }, 'level', 'Enter a level of Contract. It has Month-to-month'],
    [{ change: 'lower' }, 'change', 'Contract is no number.'],
    [{ column: 'tenure' }, 'change', 'tenure is a number. Choose lower or higher.'],
    [{ cost: '-5' }, 'cost', 'Enter a cost such as 25 or 12.50.'],
    [{ cost: '' }, 'cost', 'Enter a cost such as 25 or 12.50.'],
    [{ per: 'year' }, 'per', 'Choose how it is paid.'],
  ])('with %j is refused beside the field %s, and keeps what was typed', async (change, field, words) => {
    const { text } = await post(path, { ...toYear, ...change }).expect(422);
    expect(text).toContain(`id="${field}-error"`);
    expect(text.replaceAll('&#39;', "'")).toContain(words);
    expect(await stored()).toEqual([]);
  });

  it('is added, shown in words, changed and removed, each in the audit log', async () => {
    expect(await pageOf(path)).toContain('No changes yet');
    await post(path, toYear).expect(303);
    expect(await stored()).toEqual([
      { id: 1, column: 'contract', change: 'level', level: 'Two year', cost: 60, per: 'once', ruleId: null },
    ]);
    expect(wordsOf(await pageOf(path))).toContain('Contract to Two year €60 Once');
    expect(await newestEvent()).toMatchObject({ action: 'lever.added', subject: 'contract' });
    await post(path, { ...toYear, cost: '5' }).expect(409);
    await post(`${path}/1`, { ...toYear, level: 'Two year', cost: '70' }).expect(303);
    expect((await stored())[0]).toMatchObject({ id: 1, level: 'Two year', cost: 70 });
    expect(await pageOf(`${path}/1`)).toMatch(/id="cost"[^>]*value="70"/);
    expect(wordsOf(await pageOf(`${path}/1/removal`))).toContain('Contract to Two year');
    await post(`${path}/1/removal`).expect(303);
    expect(await stored()).toEqual([]);
    expect(await newestEvent()).toMatchObject({ action: 'lever.removed', subject: 'contract' });
    await post(`${path}/1`, toYear).expect(404);
  });
});

describe('the page of a customer', () => {
  it('lists what would bring the level down, the cheapest first, as an association', async () => {
    await post(path, { ...toYear, cost: '300' }).expect(303);
    await post(path, { ...toYear, level: 'One year' }).expect(303);
    const words = wordsOf(await pageOf(customer));
    expect(words).toContain('cheapest first');
    expect(words).toContain('Whether the change keeps this customer is not known');
    const first = words.indexOf('Contract from Month-to-month to One year');
    const second = words.indexOf('Contract from Month-to-month to Two year');
    expect(second).toBeGreaterThan(0);
    if (first > 0) expect(first).toBeLessThan(second);
    expect(words).toMatch(/to Two year [<>\d ]+%, now \d+ % €300 -?€[\d,]+ If the model’s difference held –/);
  });

  it('says which rule offers a change, and whether it is for this customer', async () => {
    const rule = {
      ...blankRuleFields,
      why: 'Because',
      saveRate: '50',
      cost: '1',
      position: '0',
      enabled: 'yes',
    };
    await post('/settings/rules', { ...rule, action: 'Contract offer' }).expect(303);
    await post('/settings/rules', { ...rule, action: 'For others', low: 'yes' }).expect(303);
    const rules = await listRules(test.context.db);
    const idOf = (action: string): string => String(rules.find((one) => one.action === action)!.id);
    const [twoYears] = await stored();
    const href = `${path}/${twoYears!.id}`;
    await post(href, { ...toYear, ruleId: idOf('Contract offer') }).expect(303);
    expect(wordsOf(await pageOf(customer))).toContain('Contract offer For this customer');
    await post(href, { ...toYear, ruleId: idOf('For others') }).expect(303);
    expect(wordsOf(await pageOf(customer))).toContain('Not for this customer: the risk is high, not low');
    await post(`/settings/rules/${idOf('For others')}/removal`).expect(303);
    expect(wordsOf(await pageOf(customer))).not.toContain('For others');
  });

  it('goes by the save rate of campaigns once these have measured the action', async () => {
    await measureCampaign('Contract offer');
    const rule = (await listRules(test.context.db)).find(({ action }) => action === 'Contract offer')!;
    const [twoYears] = await stored();
    await post(`${path}/${twoYears!.id}`, { ...toYear, ruleId: String(rule.id) }).expect(303);
    expect(wordsOf(await pageOf(customer))).toMatch(
      /Measured: 1 campaign, save rate [\d.]+ % Contract offer/,
    );
  });

  it('says so where nothing that can be offered is enough', async () => {
    for (const { id } of await stored()) await post(`${path}/${id}/removal`).expect(303);
    await post(path, { ...toYear, column: 'tenure', change: 'lower', level: '' }).expect(303);
    expect(wordsOf(await pageOf(customer))).toContain('No change that you can offer does');
  });
});
