/** Recommended actions beside those that were done, and what became of the customers. */
import { beforeAll, describe, expect, it } from 'vitest';
import { anyAction, listActions } from '../../src/store/actions.ts';
import { insertOutcomes } from '../../src/store/outcomes.ts';
import { activateSmallModel, customersCsv } from '../helpers/app.ts';
import { listScores } from '../helpers/scores.ts';
import { openSite } from '../helpers/site.ts';

const test = openSite('analyst');
const { post, pageOf, rowsOf } = test;
const page = '/analytics/actions';

/** Adds the action for a customer; with a status it is closed. */
async function give(customer: string, action: string, closed?: { status: string; result?: string }) {
  await post('/actions', { customer, action }).expect(303);
  if (!closed) return;
  const filter = { ...anyAction, customer, action, status: 'open' as const };
  const [open] = await listActions(test.context.db, filter, { limit: 1, offset: 0 });
  const change = { owner: '', notes: '', dueOn: open!.dueOn, ...closed };
  await post(`/actions/${open!.id}`, change).expect(303);
}

beforeAll(async () => {
  await activateSmallModel(test);
});

describe('actions taken', () => {
  it('are none before anything is scored', async () => {
    expect(await pageOf(page)).toContain('No actions to show');
  });

  it('are counted beside what is recommended, with what people noted and what was seen since', async () => {
    await test.scoreAtOnce(customersCsv(60, 9));
    const customers = (await listScores(test)).map(({ customerId }) => customerId!);
    const [first, second, third, fourth, fifth] = customers as [string, string, string, string, string];
    await give(first, 'Call', { status: 'done', result: 'accepted' });
    await give(second, 'Call', { status: 'done', result: 'declined' });
    await give(third, 'Call', { status: 'done' });
    await give(fourth, 'Call');
    await give(fifth, 'Call', { status: 'dropped' });
    const outcome = (customerId: string, seenOn: string, hasLeft: boolean) => ({
      customerId,
      seenOn,
      hasLeft,
    });
    const today = new Date().toISOString().slice(0, 10);
    await insertOutcomes(test.context.db, {
      // The second one was seen before the call only.
      outcomes: [
        outcome(first, today, false),
        outcome(second, '2020-01-01', false),
        outcome(third, today, true),
      ],
      ...{ source: 'By hand', userId: null },
    });
    const rows = await rowsOf(`${page}.csv`);
    expect(rows.find(({ action }) => action === 'Call')).toMatchObject({
      ...{ recommended: '0', open: '1', done: '3', dropped: '1' },
      ...{ accepted: '1', declined: '1', not_reached: '0', left_since: '1', stayed_since: '1' },
    });
    const text = await pageOf(page);
    expect(text).toContain('1 (50');
    expect(text).toContain('/actions?status=done&amp;action=Call');
    const list = await pageOf('/actions?status=done&action=Call');
    expect(list).toContain('3 actions: Call');
    expect(await pageOf('/actions?status=done&action=Visit')).toContain('No actions match');
  });

  it('counts whom a rule recommends an action to', async () => {
    const listed = await rowsOf('/customers.csv');
    const recommended = listed.flatMap((row) =>
      row['recommended_action'] === '' ? [] : row['recommended_action']!,
    );
    expect(recommended.length).toBeGreaterThan(0);
    for (const { action, recommended: count } of await rowsOf(`${page}.csv`))
      expect(Number(count)).toBe(recommended.filter((one) => one === action).length);
  });
});
