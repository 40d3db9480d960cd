/** Whoever is held out for the year is recommended to nobody: in no campaign, plan, list or file. */
import { beforeAll, describe, expect, it } from 'vitest';
import { doNotContact } from '../../src/domain/campaigns/do-not-contact.ts';
import { holdOutDraw, readHoldOut } from '../../src/domain/campaigns/hold-out.ts';
import { readSavings } from '../../src/domain/campaigns/savings-by-year.ts';
import { listEvents } from '../../src/store/audit.ts';
import { listMembersWithOutcomes } from '../../src/store/campaign-members.ts';
import { listBatches } from '../../src/store/batches.ts';
import { listRules } from '../../src/store/retention-rules.ts';
import { saveSettings } from '../../src/store/settings.ts';
import { activateSmallModel, customersCsv } from '../helpers/app.ts';
import { scoreStore } from '../helpers/scores.ts';
import { openSite } from '../helpers/site.ts';
import { runJobs } from '../helpers/work.ts';

const test = openSite('admin');
const { post, pageOf, rowsOf } = test;
let isHeldOut: (customerId: string) => boolean;
const organisation = {
  organisation: 'Northwind',
  currency: 'EUR',
  timeZone: 'UTC',
  valueMonths: '12',
  valueMargin: '100',
};
beforeAll(async () => {
  await activateSmallModel(test);
  await test.scoreAtOnce(customersCsv(600, 9));
  await saveSettings(test.context.db, { holdOutSecret: 'the same customers in each run of this test' });
  await post('/settings/organisation', { ...organisation, holdOutShare: '0.05' }).expect(303);
  isHeldOut = (await readHoldOut(test.context.db))!;
});

const batchId = async (): Promise<number> => (await listBatches(test.context.db, 1))[0]!.id;
const terms = { action: 'Call', cost: '5', saveRate: '20', smallestSaveRate: '20', horizonDays: '90' };

describe('the hold-out', () => {
  it('is chosen in the settings of the organisation, and who changed it is in the audit log', async () => {
    expect(await pageOf('/settings/organisation')).toMatch(
      /<option value="0.05" selected>\s*5 % of customers/,
    );
    const filter = { action: 'settings.organisation', userId: null, from: null, to: null };
    const [event] = await listEvents(test.context.db, filter, 1, 0);
    expect(event).toMatchObject({ userName: 'Ada Admin' });
    expect([event!.before, event!.after].map((text) => JSON.parse(text!) as object)).toMatchObject([
      { holdOutShare: 0 },
      { holdOutShare: 0.05 },
    ]);
    expect(event!.after).not.toContain('secret');
    await post('/settings/organisation', { ...organisation, holdOutShare: '0.5' }).expect(422);
  });

  it('is marked in the list of customers, in files and on a page, and has no actions', async () => {
    const rows = await rowsOf('/customers.csv');
    const held = rows.filter(({ customer }) => isHeldOut(customer!));
    expect(held.length).toBeGreaterThan(10);
    for (const row of rows)
      expect(row['recommended_action'] === doNotContact).toBe(isHeldOut(row['customer']!));
    const { customer } = held[0]!;
    const list = await pageOf(`/customers?search=${customer}`);
    expect(list).toContain(doNotContact);
    const href = /href="(\/customers\/\d+)"/.exec(list)![1]!;
    expect(await pageOf(href)).toContain('held out for the year');
    await post('/actions', { customer: customer!, action: 'Call' }).expect(409);
  });

  it.each(['scored', 'high-risk'])('is marked in the file of results %s.csv', async (name) => {
    const batch = await batchId();
    const rows = await rowsOf(`/batches/${batch}/files/${name}.csv`);
    expect(rows.some(({ customerID }) => isHeldOut(customerID!))).toBe(true);
    for (const row of rows) {
      expect(row['recommended_action'] === doNotContact).toBe(isHeldOut(row['customerID']!));
      if (isHeldOut(row['customerID']!)) expect(row['expected_saving']).toBe('');
      if (name === 'high-risk') expect(row['risk_level']).toBe('high');
    }
  });

  it('is marked among the rows of the page of results', async () => {
    const batch = await batchId();
    const [riskiest] = await rowsOf('/customers.csv?sort=probability&order=desc');
    const settings = { holdOutSecret: 'x' };
    // With another secret, until the first row of the page is held out.
    for (let i = 0; !(await readHoldOut(test.context.db))!(riskiest!['customer']!); i++)
      await saveSettings(test.context.db, { ...settings, holdOutSecret: `x${i}` });
    expect(await pageOf(`/batches/${batch}/results`)).toContain(doNotContact);
    await saveSettings(test.context.db, { holdOutSecret: 'the same customers in each run of this test' });
  });

  it('is in no campaign, and stays out of it', async () => {
    const { headers } = await post('/campaigns', { name: 'Calls', ...terms, risk: 'high' }).expect(303);
    const href = headers['location']!;
    expect(await pageOf(href)).toMatch(/left out because they are held out for the year/);
    await post(`${href}/launch`, { share: '0.2' }).expect(303);
    await runJobs(test.context);
    const members = await listMembersWithOutcomes(test.context.db, Number(href.split('/').at(-1)));
    expect(members.length).toBeGreaterThan(50);
    expect(members.filter(({ customerId }) => isHeldOut(customerId))).toEqual([]);
    // Controls of the campaign are marked in the result file, too.
    const batch = await batchId();
    const marked = (await rowsOf(`/batches/${batch}/files/scored.csv`)).filter(
      (row) => row['recommended_action'] === doNotContact,
    );
    const ids = new Set(marked.map(({ customerID }) => customerID));
    for (const { customerId, arm } of members) expect(ids.has(customerId)).toBe(arm === 0);
    await post(`${href}/closing`).expect(303);
  });

  it('is in no plan', async () => {
    const rule = (await listRules(test.context.db)).at(-1)!.id;
    const form = {
      name: 'Emails',
      budget: '9000',
      valueMonths: '120',
      valueMargin: '100',
      [`use${rule}`]: 'yes',
      risk: 'high',
    };
    const { headers } = await post('/plans', form).expect(303);
    await runJobs(test.context);
    expect(await pageOf(headers['location']!)).toContain('left out: in the hold-out of the year');
    const rows = await rowsOf(`${headers['location']}/plan.csv`);
    expect(rows.filter(({ customer }) => isHeldOut(customer!))).toEqual([]);
  });

  it('says what all campaigns of a year saved, from outcomes of all customers', async () => {
    const { db } = test.context;
    expect(await pageOf('/campaigns/savings')).toContain('too few known');
    await saveSettings(db, { holdOuts: [{ from: '2025-01-01', share: 0.05 }] });
    const drawOf = holdOutDraw({ holdOutSecret: 'the same customers in each run of this test' }, '2025');
    const ids = (await rowsOf('/customers.csv')).map(({ customer }) => customer!);
    const held = ids.filter((id) => drawOf(id) < 0.05);
    // Of the hold-out every second customer leaves, of the others every tenth.
    const lines = ids.map(
      (id, i) => `${id},${i % (held.includes(id) ? 2 : 10) === 0 ? 'yes' : 'no'},2025-12-30`,
    );
    await test
      .postFile('/outcomes', `customer,left,date\n${lines.join('\n')}\nnobody,yes,2025-12-30\n`)
      .expect(303);
    expect(await pageOf('/outcomes')).toContain('600 outcomes recorded. 1 customer');
    const [year] = (await readSavings(scoreStore(test))).filter((one) => one.year === '2025');
    expect(year).toMatchObject({
      heldOut: held.length,
      others: 600 - held.length,
      isOver: true,
      share: 0.05,
    });
    const page = await pageOf('/campaigns/savings');
    expect(page).toMatch(/<td class="numeric" data-label="Customers saved">\d+ \(\d+ to \d+\)/);
    expect(page).toMatch(/data-label="Saved after cost">€/);
    await db('campaigns').update({ launched_on: '2025-03-01' });
    const treated = (await listMembersWithOutcomes(db, 1)).filter(({ arm }) => arm > 0).length;
    const [after] = (await readSavings(scoreStore(test))).filter((one) => one.year === '2025');
    expect(after!.cost).toBe(Number(terms.cost) * treated);
    expect(after!.earned!.value).toBeCloseTo(year!.earned!.value - after!.cost, 9);
  });

  it('can be ended', async () => {
    await post('/settings/organisation', { ...organisation, holdOutShare: '0' }).expect(303);
    expect(await readHoldOut(test.context.db)).toBeNull();
    const rows = await rowsOf('/customers.csv');
    expect(rows.some((row) => row['recommended_action'] === doNotContact)).toBe(false);
  });
});
