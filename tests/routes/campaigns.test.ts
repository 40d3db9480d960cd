/** Campaigns over HTTP: from a list of customers to what was saved. */
import { parse } from 'csv-parse/sync';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, today } from '../../src/domain/campaigns/days.ts';
import { doNotContact } from '../../src/domain/campaigns/do-not-contact.ts';
import { splitCampaign } from '../../src/domain/campaigns/launch.ts';
import { collectUntreated, retrainLater } from '../../src/domain/campaigns/retraining.ts';
import { eraseEverywhere } from '../../src/domain/erasure/erasure.ts';
import type { User } from '../../src/domain/people/accounts.ts';
import { listEvents } from '../../src/store/audit.ts';
import { listControls, listMembersWithOutcomes } from '../../src/store/campaign-members.ts';
import type { MemberWithOutcome } from '../../src/store/campaign-members.ts';
import { getCampaign, listCampaigns } from '../../src/store/campaigns.ts';
import { getDataset, listDatasets } from '../../src/store/datasets.ts';
import { findChallenger } from '../../src/store/models.ts';
import { activateSmallModel, csrfToken, customersCsv, signIn } from '../helpers/app.ts';
import { scoreStore } from '../helpers/scores.ts';
import { runJob } from '../../src/jobs/run-job.ts';
import { claimJob } from '../../src/store/job-leases.ts';
import { listTrainings } from '../../src/store/trainings.ts';
import { openSite } from '../helpers/site.ts';
import { runJobs } from '../helpers/work.ts';

const terms = {
  name: 'Spring calls',
  action: 'Call within a week',
  cost: '5',
  saveRate: '20',
  smallestSaveRate: '20',
  horizonDays: '90',
};

const test = openSite('analyst');
const { post, pageOf, rowsOf } = test;
beforeAll(async () => {
  await activateSmallModel(test);
  await test.scoreAtOnce(customersCsv(600, 9));
});

const membersOf = (id: number): Promise<MemberWithOutcome[]> => listMembersWithOutcomes(test.context.db, id);
const sendOutcomes = (csv: string, seenOn = '') => test.postFile('/outcomes', csv, { seenOn });

async function draft(change: Record<string, string> = {}): Promise<number> {
  const { headers } = await post('/campaigns', { ...terms, ...change }).expect(303);
  return Number(/\d+/.exec(headers['location']!)![0]);
}

async function launch(id: number, share = '0.3'): Promise<void> {
  await post(`/campaigns/${id}/launch`, { share }).expect(303);
  await runJobs(test.context);
}

describe('a draft', () => {
  it('is planned for the customers of a list, and names them', async () => {
    expect(await pageOf('/customers?risk=high')).toContain('/campaigns/new?risk=high');
    const page = await pageOf('/campaigns/new?risk=high');
    expect(page).toContain('Customers with risk level high');
    const id = await draft({ risk: 'high' });
    expect((await getCampaign(test.context.db, id)).filter).toMatchObject({ risk: 'high', batch: null });
    await post(`/campaigns/${id}/removal`).expect(303);
  });

  it('takes its terms from a retention rule', async () => {
    const rule = await test.context.db<{ id: number; action: string }>('retention_rules').first();
    expect(await pageOf(`/campaigns/new?rule=${rule!.id}`)).toContain(`value="${rule!.action}"`);
  });

  it('keeps the name that was typed when a rule fills in the terms', async () => {
    const rule = await test.context.db<{ id: number; action: string }>('retention_rules').first();
    const typed = { ...terms, name: 'Autumn', horizonDays: '120', risk: 'high', rule: String(rule!.id) };
    const { text } = await post('/campaigns', { ...typed, fill: 'rule' }).expect(200);
    for (const value of ['Autumn', '120', rule!.action, 'high']) expect(text).toContain(`value="${value}"`);
    expect(text).toContain(`<option value="${rule!.id}" selected`);
  });

  it('is one when its form is sent twice, and two when anything is different', async () => {
    const [first, again, other] = [await draft(), await draft(), await draft({ name: 'Other calls' })];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    for (const id of [first, other]) await post(`/campaigns/${id}/removal`).expect(303);
  });

  it('says what each control group costs and finds, and proposes one', async () => {
    const id = await draft();
    const page = await pageOf(`/campaigns/${id}`);
    expect(page).toMatch(/600 customers, of whom about \d+ would leave/);
    expect(page.match(/name="share"/g)).toHaveLength(6);
    expect(page.match(/ checked/g)).toHaveLength(1);
    expect(page).toMatch(/\d+ of 100/);
    await post(`/campaigns/${id}/removal`).expect(303);
  });

  it.each([
    [{ name: '' }, 'Enter a name.'],
    [{ cost: '-5' }, 'Enter a cost such as 25'],
    [{ saveRate: '0' }, 'Enter a percentage above 0'],
    [{ saveRate: '120' }, 'Enter a percentage above 0, up to 100.'],
    [{ horizonDays: '3' }, 'Enter a number of days from 7 to 730.'],
  ])('with %j is refused in words, and keeps what was typed', async (change, words) => {
    const { text } = await post('/campaigns', { ...terms, ...change, risk: 'high' }).expect(422);
    expect(text).toContain(words);
    expect(text).toContain('value="Call within a week"');
    expect(text).toContain('name="risk" value="high"');
  });

  it('cannot be launched with a control group of none or all', async () => {
    const id = await draft();
    for (const share of ['0', '1', '2', '', 'x'])
      expect((await post(`/campaigns/${id}/launch`, { share }).expect(422)).text).toContain(
        'Choose one of the control groups.',
      );
    expect((await getCampaign(test.context.db, id)).state).toBe('draft');
    await post(`/campaigns/${id}/removal`).expect(303);
  });

  it('of too few customers stays a draft that says why', async () => {
    const [first] = await rowsOf('/customers.csv');
    const id = await draft({ search: first!['customer']! });
    expect(await pageOf(`/campaigns/${id}`)).toContain('cannot be split');
    await launch(id);
    expect(await pageOf(`/campaigns/${id}`)).toContain('too few customers to split');
    await post(`/campaigns/${id}/removal`).expect(303);
  });

  it('is for analysts: a viewer sees campaigns and changes none', async () => {
    const viewer = await signIn(test, 'viewer');
    const token = await csrfToken(viewer, '/account');
    await viewer.get('/campaigns').expect(200);
    await viewer.get('/campaigns/new').expect(403);
    await viewer
      .post('/campaigns')
      .type('form')
      .send({ _csrf: token, ...terms })
      .expect(403);
  });
});

describe('a launch', () => {
  let id: number;
  beforeAll(async () => {
    id = await draft();
    await post(`/campaigns/${id}/launch`, { share: '0.3' }).expect(303);
    await post(`/campaigns/${id}/launch`, { share: '0.5' }).expect(303);
    await runJobs(test.context);
  });
  afterAll(() => post(`/campaigns/${id}/closing`));

  it('happens once, however often it is asked for', async () => {
    expect(await getCampaign(test.context.db, id)).toMatchObject({
      state: 'running',
      controlShare: 0.3,
      memberCount: 600,
      controlCount: 180,
    });
    expect(await membersOf(id)).toHaveLength(600);
  });

  it('gives the same split again: an interrupted launch begins anew', async () => {
    const campaign = await getCampaign(test.context.db, id);
    await test.context.db('campaigns').where({ id }).update({ state: 'launching' });
    const again = await splitCampaign(scoreStore(test), campaign);
    await test.context.db('campaigns').where({ id }).update({ state: 'running' });
    expect(again.membersSha256).toBe(campaign.membersSha256);
  });

  it('leaves its hash in the audit log', async () => {
    const { membersSha256 } = await getCampaign(test.context.db, id);
    const filter = { action: 'campaign.split', userId: null, from: null, to: null };
    const [event] = await listEvents(test.context.db, filter, 1, 0);
    expect(event!.after).toContain(membersSha256);
  });

  it('stores the chance that each customer had of their arm', async () => {
    for (const { arm, propensity } of await membersOf(id))
      expect(propensity).toBeCloseTo(arm === 0 ? 0.3 : 0.7, 1);
  });

  it('cannot be changed or removed afterwards', async () => {
    await post(`/campaigns/${id}`, terms).expect(409);
    await post(`/campaigns/${id}/removal`).expect(409);
  });

  it('keeps its customers out of other campaigns while it runs', async () => {
    const other = await draft({ name: 'Another' });
    expect(await pageOf(`/campaigns/${other}`)).toContain('600 customers are left out');
    await post(`/campaigns/${other}/removal`).expect(303);
  });

  it('offers the customers to contact, never a control', async () => {
    const controls = await listControls(test.context.db);
    const treated = await rowsOf(`/campaigns/${id}/treatment.csv`);
    expect(treated).toHaveLength(420);
    expect(treated.filter(({ customer }) => controls.has(customer!))).toEqual([]);
  });

  it('marks its controls in the list, in its file and on their page', async () => {
    const controls = await listControls(test.context.db);
    const rows = await rowsOf('/customers.csv');
    for (const row of rows) {
      expect(row['recommended_action'] === doNotContact).toBe(controls.has(row['customer']!));
      if (controls.has(row['customer']!)) expect(row['expected_saving']).toBe('');
    }
    const [control] = [...controls];
    const list = await pageOf(`/customers?search=${control}`);
    expect(list).toContain(doNotContact);
    const href = /href="(\/customers\/\d+)"/.exec(list)![1]!;
    expect(await pageOf(href)).toContain('in the control group of a');
  });
});

describe('outcomes', () => {
  let id: number;
  let members: MemberWithOutcome[];
  const day = today('UTC', Date.now());
  beforeAll(async () => {
    id = await draft({ name: 'Summer letters' });
    await launch(id);
    members = await membersOf(id);
  });
  afterAll(() => post(`/campaigns/${id}/closing`));

  it('of a file are recorded once, and those of strangers not at all', async () => {
    const csv = `customer,left\n${members[0]!.customerId},yes\n${members[1]!.customerId},no\nnobody,yes\n`;
    await sendOutcomes(csv).expect(303);
    expect(await pageOf('/outcomes')).toContain('2 outcomes recorded. 1 customer has never been scored');
    await sendOutcomes(csv).expect(303);
    expect(await pageOf('/outcomes')).toContain('No new outcomes. 2 were known before.');
    const known = (await membersOf(id)).filter(({ leftOn, seenOn }) => leftOn !== null || seenOn !== null);
    expect(known).toMatchObject([{ leftOn: day }, { seenOn: day }]);
  });

  it.each([
    ['customer,left\nM,perhaps', 'says neither that the customer left'],
    ['customer,left,date\nM,yes,20.11.2026', 'is not a date such as 2026-11-20'],
    ['customer,left,date\nM,yes,2999-01-01', 'is in the future'],
    ['customer,left\nM,yes\nM,no', 'Another row says the opposite'],
    ['who,gone\nM,yes', 'needs a column ‘customer’'],
    ['', 'The file is empty.'],
  ])('of the file %j are refused as a whole', async (csv, words) => {
    const before = await test.context.db('customer_outcomes').count();
    const { text } = await sendOutcomes(csv.replaceAll('M', members[2]!.customerId)).expect((answer) => {
      expect([415, 422]).toContain(answer.status);
    });
    expect(text).toContain(words);
    expect(await test.context.db('customer_outcomes').count()).toEqual(before);
  });

  it('that contradict what was recorded are refused, until the customer is corrected', async () => {
    const { customerId } = members[0]!;
    const { text } = await sendOutcomes(`customer,left\n${customerId},no\n`).expect(422);
    expect(text).toContain('contradicts what was recorded before');
    const correction = { customer: customerId, left: 'no', seenOnOne: day };
    await post('/outcomes/correction', correction).expect(303);
    expect((await membersOf(id))[0]).toMatchObject({ leftOn: null, seenOn: day });
    await post('/outcomes/correction', { ...correction, customer: 'nobody' }).expect(422);
  });

  it('are asked for, not assumed: the list to complete has everybody else', async () => {
    const rows = await rowsOf(`/campaigns/${id}/unknown.csv`);
    expect(rows).toHaveLength(600);
  });
});

describe('a result', () => {
  let id: number;
  beforeAll(async () => {
    id = await draft({ name: 'Autumn discount' });
    await launch(id, '0.5');
  });

  it('is too early to tell without outcomes', async () => {
    await post(`/campaigns/${id}/retraining`).expect(409);
    expect(await pageOf(`/campaigns/${id}`)).toContain('Too early to tell');
  });

  it('says what was saved when the time is over', async () => {
    const { db } = test.context;
    const endsOn = addDays(today('UTC', Date.now()), -1);
    const launchedOn = addDays(endsOn, -90);
    await db('campaigns').where({ id }).update({ launched_on: launchedOn, ends_on: endsOn });
    await db('customer_outcomes').delete();
    // Of the controls every second customer leaves, of the treated every fifth.
    const lines = (await membersOf(id)).map(
      ({ customerId, arm }, i) => `${customerId},${i % (arm === 0 ? 2 : 5) === 0 ? 'yes' : 'no'}`,
    );
    await sendOutcomes(`customer,left\n${lines.join('\n')}\n`, endsOn).expect(303);
    const page = await pageOf(`/campaigns/${id}`);
    expect(page).toMatch(/Saved \d+ customers \(\d+ to \d+\) and [^<]*€[^<]* after €1,500 of cost/);
    expect(page).toMatch(/Save rate, 20 % expected before/);
  });

  it('is evidence of how well its action works', async () => {
    const page = await pageOf('/campaigns/evidence');
    expect(page).toMatch(/20 %<\/td>[\s\S]*\d+(\.\d+)? % \(\d+(\.\d+)? % to \d+(\.\d+)? %\)/);
    expect(page).toContain('1 campaign, 600 customers, 300 of them controls');
    expect(page).toContain('Keeps customers');
    expect(page).not.toContain('Groups to leave alone');
  });

  it('says what the model expected of those who were left alone', async () => {
    expect(await pageOf(`/campaigns/${id}`)).toMatch(/Of 300 customers of the control group, .* expected/);
  });

  it('leads to a challenger in one step, which learns from the controls alone', async () => {
    const { db, config } = test.context;
    const { headers } = await post(`/campaigns/${id}/retraining`).expect(303);
    const dataset = await getDataset(db, Number(/\d+/.exec(headers['location']!)![0]));
    await runJob(config, (await claimJob(db, 'test'))!, () => false);
    const [training] = await listTrainings(db, 1);
    expect(training!.plan).toMatchObject({ trainingTime: 'quick', isChallenger: true });
    // One family is enough here.
    const plan = { ...(training!.plan as object), families: ['logistic'], folds: 2 };
    await db('trainings').update({ plan: JSON.stringify(plan) });
    await runJobs(test.context);
    const rows: Record<string, string>[] = parse(readFileSync(join(config.dataDir, dataset.file), 'utf8'), {
      columns: true,
    });
    const controls = (await membersOf(id)).filter(({ arm }) => arm === 0);
    expect(new Set(rows.map((row) => row['customer']))).toEqual(
      new Set(controls.map(({ customerId }) => customerId)),
    );
    const leavers = controls.filter(({ leftOn }) => leftOn !== null).length;
    expect(rows.filter((row) => row['left_by_horizon'] === 'yes')).toHaveLength(leavers);
    expect(rows.every((row) => row['Contract'] !== '')).toBe(true);
    const challenger = await findChallenger(db);
    expect(challenger!.name).toBe('Autumn discount: customers who were not contacted');
    expect(await pageOf(`/models/${challenger!.id}`)).toContain(
      '300 customers who were contacted are left out',
    );
  });

  it('adds its controls to the data that the active model learned from', async () => {
    const { db, config } = test.context;
    await test.postFile('/datasets', customersCsv(200, 3, true), {}, 'history.csv').expect(303);
    await runJobs(test.context);
    const [history] = await listDatasets(db);
    await db('models').where({ state: 'active' }).update({ dataset_id: history!.id });
    const campaign = await getCampaign(db, id);
    const made = await retrainLater(db, { id: 1 } as User, campaign);
    await collectUntreated(db, config, { datasetId: made, sourceId: history!.id, untreatedOf: id });
    const dataset = await getDataset(db, made);
    expect(dataset).toMatchObject({ rowCount: 500, state: 'ready', label: history!.label });
    expect(dataset.columns.map(({ name, role }) => [name, role])).toEqual(
      history!.columns.map(({ name, role }) => [name, role]),
    );
    expect(dataset.notes[0]).toContain('They follow the 200 rows of history.');
    await db('jobs').where({ state: 'queued' }).update({ state: 'cancelled' });
    await db('models').where({ state: 'active' }).update({ dataset_id: null });
  });

  it('is closed, and stays', async () => {
    await post(`/campaigns/${id}/closing`).expect(303);
    expect(await pageOf(`/campaigns/${id}`)).toMatch(/Saved \d+ customers/);
    expect((await listCampaigns(test.context.db)).find((one) => one.id === id)!.state).toBe('closed');
  });

  it('keeps its counts when a customer is erased, and nothing else of them', async () => {
    const [member] = await membersOf(id);
    const before = await pageOf(`/campaigns/${id}`);
    await eraseEverywhere(test.context, member!.customerId);
    const ids = (await membersOf(id)).map(({ customerId }) => customerId);
    expect(ids).not.toContain(member!.customerId);
    const figures = (page: string) => /Saved [^<]*/.exec(page)![0];
    expect(figures(await pageOf(`/campaigns/${id}`))).toBe(figures(before));
  });
});

describe('contact that makes customers leave', () => {
  let id: number;
  beforeAll(async () => {
    const { db } = test.context;
    id = await draft({ name: 'Winter calls', action: 'Winter call' });
    await launch(id, '0.5');
    const endsOn = addDays(today('UTC', Date.now()), -1);
    await db('campaigns')
      .where({ id })
      .update({ launched_on: addDays(endsOn, -90), ends_on: endsOn });
    await db('customer_outcomes').delete();
    const lines = (await membersOf(id)).map(
      ({ customerId, arm }, i) => `${customerId},${i % (arm === 0 ? 10 : 2) === 0 ? 'yes' : 'no'}`,
    );
    await sendOutcomes(`customer,left\n${lines.join('\n')}\n`, endsOn).expect(303);
    await post(`/campaigns/${id}/closing`).expect(303);
  });

  it('is remembered with the reason that each member had at the launch', async () => {
    const reasons = new Set((await membersOf(id)).map(({ reason }) => reason));
    expect(reasons.size).toBeGreaterThan(1);
    const { harmed, harmUntil, endsOn } = await getCampaign(test.context.db, id);
    expect(harmed.map(({ kind }) => kind)).toContain('level');
    expect(harmed[0]!.effect.low).toBeGreaterThan(0);
    expect(harmUntil).toBe(addDays(endsOn!, 365));
  });

  it('is named with its campaign and an end', async () => {
    const page = await pageOf('/campaigns/evidence');
    expect(page).toContain('Groups to leave alone');
    expect(page).toContain('These never helped: Winter call');
  });

  it('keeps such customers out of new campaigns, and is said on their page', async () => {
    const other = await draft({ name: 'Another' });
    expect(await pageOf(`/campaigns/${other}`)).toMatch(
      /\d+ customers are left out because contact made such/,
    );
    await post(`/campaigns/${other}/removal`).expect(303);
    const level = (await getCampaign(test.context.db, id)).harmed[0]!.value;
    const list = await pageOf(`/customers?risk=${level}`);
    expect(await pageOf(/href="(\/customers\/\d+)"/.exec(list)![1]!)).toContain('Better left alone.');
  });

  it('counts until somebody ends it', async () => {
    await post(`/campaigns/${id}/harm/end`).expect(303);
    expect(await pageOf('/campaigns/evidence')).not.toContain('Groups to leave alone');
    const other = await draft({ name: 'Another' });
    expect(await pageOf(`/campaigns/${other}`)).not.toContain('because contact made such');
    await post(`/campaigns/${other}/removal`).expect(303);
  });
});

describe('a campaign with several actions', () => {
  const more = { action2: 'Send a letter', cost2: '1', saveRate2: '10' };

  it('is drafted with them, and says what is wrong with one', async () => {
    const { text } = await post('/campaigns', { ...terms, ...more, cost2: '-1' }).expect(422);
    expect(text).toContain('Enter a cost such as 25');
    expect(text).toContain('value="Send a letter"');
    const id = await draft({ ...more, name: 'Calls or letters' });
    expect((await getCampaign(test.context.db, id)).moreArms).toEqual([
      { action: 'Send a letter', cost: 1, saveRate: 0.1 },
    ]);
    expect(await pageOf(`/campaigns/${id}/terms`)).toContain('value="Send a letter"');
    await post(`/campaigns/${id}/removal`).expect(303);
  });

  it('gives each customer one action or none, and reads each against the controls', async () => {
    const { db } = test.context;
    await db('customer_outcomes').delete();
    const id = await draft({ ...more, name: 'Calls or letters' });
    await launch(id, '0.2');
    const members = await membersOf(id);
    const sizes = [0, 1, 2].map((arm) => members.filter((member) => member.arm === arm).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(members.length);
    expect(Math.abs(sizes[1]! - sizes[2]!)).toBeLessThanOrEqual(1);
    const treated = await rowsOf(`/campaigns/${id}/treatment.csv`);
    expect(treated.filter(({ action }) => action === 'Send a letter')).toHaveLength(sizes[2]!);
    await post(`/campaigns/${id}/actions`).expect(303);
    expect(await db('actions').where({ campaign_id: id, action: 'Send a letter' })).toHaveLength(sizes[2]!);
    const endsOn = addDays(today('UTC', Date.now()), -1);
    await db('campaigns')
      .where({ id })
      .update({ launched_on: addDays(endsOn, -90), ends_on: endsOn });
    const lines = members.map(
      ({ customerId, arm }, i) => `${customerId},${i % (arm === 0 ? 2 : 3 + arm) === 0 ? 'yes' : 'no'}`,
    );
    await sendOutcomes(`customer,left\n${lines.join('\n')}\n`, endsOn).expect(303);
    const page = await pageOf(`/campaigns/${id}`);
    expect(page).toContain('Each action against the same control group.');
    expect(page).toMatch(/Send a letter<\/th>/);
    await post(`/campaigns/${id}/closing`).expect(303);
  });
});

describe('the outcome of a customer who is in no campaign', () => {
  it('is recorded where the customer has a score', async () => {
    const extra = customersCsv(1, 99).replace(/\n[^,]*,/, '\nno-campaign-1,');
    await test.scoreAtOnce(extra);
    const seenOnOne = today('UTC', Date.now());
    await sendOutcomes('customer,left\nno-campaign-1,no\nnobody,no\n').expect(303);
    expect(await pageOf('/outcomes')).toContain('1 outcome recorded. 1 customer has never been scored');
    await post('/outcomes/correction', { customer: 'no-campaign-1', left: 'yes', seenOnOne }).expect(303);
    const recorded = await test.context.db('customer_outcomes').where({ customer_id: 'no-campaign-1' });
    expect(recorded).toMatchObject([{ has_left: 1, seen_on: seenOnOne }]);
  });
});
