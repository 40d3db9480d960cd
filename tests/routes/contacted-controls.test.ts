/** Controls who were contacted nevertheless, and what the treated pay afterwards. */
import { beforeAll, describe, expect, it } from 'vitest';
import { addDays, today } from '../../src/domain/campaigns/days.ts';
import { listMembersWithOutcomes } from '../../src/store/campaign-members.ts';
import type { MemberWithOutcome } from '../../src/store/campaign-members.ts';
import { activateSmallModel, customersCsv } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';
import { runJobs } from '../helpers/work.ts';

const test = openSite('analyst');
const { post, pageOf } = test;
const day = today('UTC', Date.now());
const customers = customersCsv(400, 9);
let address: string;
let controls: MemberWithOutcome[];
let treated: MemberWithOutcome[];
beforeAll(async () => {
  await activateSmallModel(test);
  await test.scoreAtOnce(customers);
  const terms = { action: 'Call', cost: '5', saveRate: '20', smallestSaveRate: '20', horizonDays: '90' };
  const { headers } = await post('/campaigns', { name: 'Spring calls', ...terms }).expect(303);
  address = headers['location']!;
  await post(`${address}/launch`, { share: '0.5' }).expect(303);
  await runJobs(test.context);
  const members = await listMembersWithOutcomes(test.context.db, Number(/\d+/.exec(address)![0]));
  controls = members.filter(({ arm }) => arm === 0);
  treated = members.filter(({ arm }) => arm > 0);
});

const record = (customer: string, contactedOn = day) =>
  post(`${address}/contacted`, { customer, contactedOn });

describe('a control who was contacted', () => {
  it('is nobody at first', async () => {
    expect(await pageOf(`${address}/contacted`)).toContain('nobody has recorded a contact');
    expect(await pageOf(address)).not.toContain('contacted nevertheless');
  });

  it('is recorded by hand, and the result says so', async () => {
    await record(controls[0]!.customerId).expect(303);
    await record(controls[0]!.customerId).expect(303);
    expect(await pageOf(`${address}/contacted`)).toContain(`1 of ${controls.length} controls`);
    expect(await pageOf(address)).toContain('1 control was contacted nevertheless');
  });

  it('is known from an action that was done since the launch', async () => {
    const { db } = test.context;
    const action = { action: 'Call', due_on: day, status: 'done', created_at: `${day}T00:00:00.000Z` };
    const closed = (customer: string, closedOn: string) =>
      db('actions').insert({ ...action, customer_id: customer, closed_at: `${closedOn}T12:00:00.000Z` });
    await closed(controls[1]!.customerId, day);
    await closed(controls[2]!.customerId, addDays(day, -2));
    await closed(treated[0]!.customerId, day);
    expect(await pageOf(`${address}/contacted`)).toContain(`2 of ${controls.length} controls`);
    expect(await pageOf(address)).toContain('2 controls were contacted nevertheless');
  });

  it('is taken back where it was recorded by mistake, and an action that was done stays', async () => {
    const page = await pageOf(`${address}/contacted`);
    expect(page.match(/Take back/g)).toHaveLength(1);
    const takeBack = (customer: string) => post(`${address}/contacted/removal`, { customer }).expect(303);
    for (let sent = 0; sent < 2; sent++) await takeBack(controls[0]!.customerId);
    await takeBack(controls[1]!.customerId);
    expect(await pageOf(`${address}/contacted`)).toContain(`1 of ${controls.length} controls`);
    await record(controls[0]!.customerId).expect(303);
  });

  it('is a customer of the control group, and was contacted within the campaign', async () => {
    const notThere = 'No customer with this ID is in the control group';
    expect((await record(treated[0]!.customerId).expect(422)).text).toContain(notThere);
    expect((await record('nobody').expect(422)).text).toContain(notThere);
    for (const wrong of [addDays(day, 1), addDays(day, -1), '2026-02-30', ''])
      expect((await record(controls[3]!.customerId, wrong).expect(422)).text).toContain('Enter the date as');
    expect((await record('').expect(422)).text).toContain('Enter the customer ID');
  });
});

describe('the monthly revenue of members who are scored again', () => {
  it('is compared between the arms when the horizon is over', async () => {
    const endsOn = addDays(day, -5);
    await test.context.db('campaigns').update({ launched_on: addDays(endsOn, -90), ends_on: endsOn });
    // Too few were scored since the launch until they all are: each treated customer pays five less then.
    const paysLess = new Set(treated.map(({ customerId }) => customerId));
    const [header = '', ...rows] = customers.trim().split('\n');
    const place = header.split(',').indexOf('MonthlyCharges');
    const lines = rows.map((row) => {
      const cells = row.split(',');
      if (paysLess.has(cells[0]!)) cells[place] = String(Number(cells[place]) - 5);
      return cells.join(',');
    });
    await test.scoreAtOnce(`${[header, ...lines].join('\n')}\n`);
    const page = await pageOf(address);
    expect(page).toContain('for 100 customers (400 were scored again)');
    expect(page).toContain('has changed by −€500 (−€500 to −€500) for 100 customers');
  });
});
