/** The work queue over HTTP. */
import { beforeAll, describe, expect, it } from 'vitest';
import { addDays, today } from '../../src/domain/campaigns/days.ts';
import { anyAction, listActions } from '../../src/store/actions.ts';
import type { ActionFilter, ActionRecord } from '../../src/store/actions.ts';
import { insertOutcomes } from '../../src/store/outcomes.ts';
import { listControls } from '../../src/store/campaign-members.ts';
import { activateSmallModel, csrfToken, customersCsv, signIn } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';
import { runJobs } from '../helpers/work.ts';

const test = openSite('analyst');
const { post, pageOf } = test;
beforeAll(async () => {
  await activateSmallModel(test);
  await test.scoreAtOnce(customersCsv(200, 9));
});

const day = today('UTC', Date.now());
const stored = (filter: Partial<ActionFilter> = {}): Promise<ActionRecord[]> =>
  listActions(test.context.db, { ...anyAction, ...filter }, { limit: 1_000, offset: 0 });

const call = { customer: 'C-1', action: 'Call this week' };

describe('an action', () => {
  it('belongs to whoever adds it, is due in a week, and is open once', async () => {
    await post('/actions', call).expect(303);
    await post('/actions', call).expect(409);
    const [action, ...others] = await stored({ customer: 'C-1' });
    expect(others).toEqual([]);
    expect(action).toMatchObject({ ownerName: 'A analyst', dueOn: addDays(day, 7), status: 'open' });
    expect(await pageOf('/actions?owner=me')).toContain('C-1');
    expect(await pageOf('/actions?owner=nobody')).not.toContain('C-1');
  });

  it('is done with a result and notes, and can then be added again', async () => {
    const [action] = await stored({ customer: 'C-1' });
    const change = { status: 'done', result: 'accepted', owner: '', dueOn: day, notes: 'Liked the offer' };
    await post(`/actions/${action!.id}`, change).expect(303);
    expect((await stored({ customer: 'C-1' }))[0]).toMatchObject({
      status: 'done',
      result: 'accepted',
      notes: 'Liked the offer',
      ownerId: null,
    });
    await post('/actions', call).expect(303);
    // The first one cannot be opened beside it.
    await post(`/actions/${action!.id}`, { ...change, status: 'open' }).expect(409);
  });

  it.each([
    [{ dueOn: '30.11.2026' }, 'Enter a date such as 2026-11-20.'],
    [{ dueOn: '' }, 'Enter a date.'],
    [{ status: 'lost' }, 'Choose a status.'],
  ])('with %j is refused in words', async (change, words) => {
    const [action] = await stored({ customer: 'C-1', status: 'open' });
    const form = { status: 'open', result: '', owner: '', dueOn: day, notes: '', ...change };
    const { text } = await post(`/actions/${action!.id}`, form).expect(422);
    expect(text).toContain(words);
  });

  it('is overdue the day after it was due, also on the first page', async () => {
    const [action] = await stored({ customer: 'C-1', status: 'open' });
    const form = { status: 'open', result: '', owner: '', dueOn: addDays(day, -1), notes: '' };
    await post(`/actions/${action!.id}`, form).expect(303);
    expect(await pageOf('/actions?due=overdue')).toContain('Overdue</span>');
    expect(await pageOf('/')).toContain('1 action is overdue');
  });

  it('is not for viewers to change', async () => {
    const viewer = await signIn(test, 'viewer');
    const token = await csrfToken(viewer, '/account');
    await viewer.get('/actions').expect(200);
    const form = { _csrf: token, ...call };
    await viewer.post('/actions').type('form').send(form).expect(403);
  });
});

describe('actions of a campaign', () => {
  let campaign: number;
  beforeAll(async () => {
    const terms = {
      name: 'Spring calls',
      action: 'Call within a week',
      cost: '5',
      saveRate: '20',
      smallestSaveRate: '20',
      horizonDays: '90',
    };
    const { headers } = await post('/campaigns', terms).expect(303);
    campaign = Number(/\d+/.exec(headers['location']!)![0]);
    await post(`/campaigns/${campaign}/actions`).expect(409);
    await post(`/campaigns/${campaign}/launch`, { share: '0.2' }).expect(303);
    await runJobs(test.context);
  });

  it('are added once for everybody to contact, and for no control', async () => {
    await post(`/campaigns/${campaign}/actions`, { owner: '', dueOn: day }).expect(303);
    await post(`/campaigns/${campaign}/actions`, { owner: '', dueOn: day }).expect(303);
    const actions = await stored({ campaign });
    const controls = await listControls(test.context.db);
    expect(actions).toHaveLength(160);
    expect(actions.filter(({ customerId }) => controls.has(customerId))).toEqual([]);
  });

  it('are refused for a control one by one as well', async () => {
    const [control] = await listControls(test.context.db);
    await post('/actions', { customer: control!, action: 'Send a letter' }).expect(409);
    expect(await stored({ customer: control! })).toEqual([]);
  });

  it('are given to somebody in bulk', async () => {
    const chosen = (await stored({ campaign })).slice(0, 3).map(({ id }) => String(id));
    await post('/actions/assignment', { ids: chosen, owner: '1' }).expect(303);
    expect(await stored({ owner: 1, campaign })).toHaveLength(3);
    await post('/actions/assignment', { owner: '1' }).expect(303);
    expect(await pageOf('/actions')).toContain('Tick the actions to assign');
  });

  it('stand on the page of their customer', async () => {
    const [{ customerId } = { customerId: '' }] = await stored({ campaign });
    const href = /href="(\/customers\/\d+)"/.exec(await pageOf(`/customers?search=${customerId}`))![1]!;
    expect(await pageOf(href)).toContain('Actions for this customer');
  });

  const customerPage = async (customerId: string): Promise<string> => {
    const href = /href="(\/customers\/\d+)"/.exec(await pageOf(`/customers?search=${customerId}`))![1]!;
    return (await pageOf(href)).replace(/\s+/g, ' ');
  };
  const outcome = (customerId: string, seenOn: string, hasLeft: boolean) =>
    insertOutcomes(test.context.db, {
      outcomes: [{ customerId, seenOn, hasLeft }],
      source: 'by hand',
      userId: 1,
    });

  it('stand in the history of their customer beside score, campaign and outcomes, newest first', async () => {
    const [action] = await stored({ campaign, status: 'open' });
    const { id, customerId } = action!;
    const closed = { status: 'done', result: 'accepted', owner: '', dueOn: day, notes: '' };
    await post(`/actions/${id}`, closed).expect(303);
    await outcome(customerId, '2020-01-02', false);
    await outcome(customerId, '2020-02-03', true);
    const history = (await customerPage(customerId)).split('<h2>History</h2>')[1]!;
    const found = ['Action done', 'Action added', 'Campaign: ', 'Scored: ', 'had left', 'was there'];
    const places = found.map((words) => history.indexOf(words));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(history).toContain(', accepted</a>');
    expect(history).not.toContain('<span class="tag">Control</span>');
  });

  it('are not there for a control, whose history says so', async () => {
    const [customerId] = await listControls(test.context.db);
    const page = await customerPage(customerId!);
    expect(page).toContain('<span class="tag">Control</span>');
    expect(page).not.toContain('Action added');
  });
});
