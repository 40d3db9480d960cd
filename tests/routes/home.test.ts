/** What has changed, on the first page. */
import { beforeAll, describe, expect, it } from 'vitest';
import { addDays, today } from '../../src/domain/campaigns/days.ts';
import { defaultSettings, saveSettings } from '../../src/store/settings.ts';
import { activateSmallModel, customersCsv } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';

const test = openSite('analyst');
const { post, pageOf } = test;
const [header, ...lines] = customersCsv(40, 8).trim().split('\n') as [string, ...string[]];
const csvOf = (rows: readonly string[]): string => [header, ...rows].join('\n');
const day = today('UTC', Date.now());

/** The links of the list, with what follows each; alerts have tests of their own. */
async function listed(): Promise<[string, string][]> {
  const list = /<ul class="changes">(.*?)<\/ul>/s.exec(await pageOf('/'))?.[1] ?? '';
  const items = list.matchAll(/<a href="([^"]*)">(.*?)<\/li>/gs);
  const links = [...items].filter(([, href]) => href !== '/alerts');
  return links.map(([, href, words]) => [
    href!.replaceAll('&amp;', '&'),
    words!
      .replace(/<[^>]*>/g, '')
      .replace(/\s+/g, ' ')
      .trim(),
  ]);
}

/** As if the person had last been there so many hours ago. */
async function wasHere(hoursAgo: number): Promise<void> {
  const at = new Date(Date.now() - hoursAgo * 3_600_000).toISOString();
  await test.context.db('users').update({ home_seen_at: at, home_seen_before: null });
}

async function addAction(action: string, dueOn: string): Promise<void> {
  await post('/actions', { customer: 'c1', action }).expect(303);
  await test.context.db('actions').where({ action }).update({ due_on: dueOn });
}

let first: number;
beforeAll(async () => {
  await activateSmallModel(test, ['Contract', 'tenure', 'MonthlyCharges']);
  // More customers are more loss; alerts have tests of their own.
  const { alerts } = defaultSettings;
  await saveSettings(test.context.db, { alerts: { ...alerts, lossUpBy: null, highRiskUpBy: null } });
  first = await test.scoreAtOnce(csvOf(lines.slice(0, 30)));
});

describe('the list of what has changed', () => {
  it('names the newest file on a first visit, and how old scores and model are', async () => {
    const page = await pageOf('/');
    expect(page).toContain('This is your first visit.');
    expect(page).toMatch(/The newest scores are less than a day old\. The model .* is less than a day old\./);
    expect(await listed()).toEqual([
      [`/batches/${first}/results`, expect.stringMatching(/^customers.csv was scored with 30 customers on /)],
    ]);
  });

  it('says that nothing has changed since the last visit', async () => {
    await test.context.db('batches').update({ finished_at: '2026-01-01T00:00:00.000Z' });
    await wasHere(5);
    const page = await pageOf('/');
    expect(page).toContain('Since your last visit on');
    expect(page).toContain('Nothing has changed.');
    expect(await listed()).toEqual([]);
  });

  it('names files scored since then, and customers who are missing in the last one', async () => {
    const second = await test.scoreAtOnce(csvOf(lines.slice(10)));
    expect(await listed()).toEqual([
      [
        `/batches/${second}/results`,
        expect.stringMatching(/^customers.csv was scored with 30 customers on /),
      ],
      [`/customers?batch=${second}&compared=${first}&there=none`, '10 customers are new in customers.csv'],
      [
        `/batches/${second}/missing`,
        '10 customers are missing from customers.csv; they were in customers.csv',
      ],
    ]);
    const third = await test.scoreAtOnce(csvOf(lines));
    expect(await listed()).toEqual([
      [`/batches/${third}/results`, '2 files were scored with 70 customers; the newest is customers.csv'],
      [`/customers?batch=${third}&compared=${second}&there=none`, '10 customers are new in customers.csv'],
    ]);
  });

  it('names customers who moved up or down a level, with what they pay, and leads to them', async () => {
    const contract = header.split(',').indexOf('Contract');
    const monthly = lines.map((line) => line.split(',').with(contract, 'Month-to-month').join(','));
    await test.scoreAtOnce(csvOf(monthly));
    const [, [href, words] = []] = await listed();
    const [, count, money] =
      /^(\d+) customers moved to a higher risk level since customers.csv; they pay €([\d,]+) a month/.exec(
        words!,
      )!;
    expect(Number(money!.replace(',', ''))).toBeGreaterThan(0);
    const list = await pageOf(href!);
    expect(list).toContain(`${count} customers`);
    expect(list.match(/<tr>/g)!.length - 1).toBe(Number(count));
    await test.scoreAtOnce(csvOf(lines));
    expect((await listed())[1]![1]).toBe(
      `${count} customers moved to a lower risk level since customers.csv`,
    );
  });

  it('goes on with the same list while the visit lasts', async () => {
    await pageOf('/');
    expect((await listed()).length).toBe(2);
  });

  it('counts actions that are overdue and that are due in seven days, and leads to them', async () => {
    await addAction('Call', addDays(day, -1));
    for (const [action, days] of [
      ['Write', 0],
      ['Visit', 6],
      ['Wait', 7],
    ] as const)
      await addAction(action, addDays(day, days));
    expect((await listed()).slice(2)).toEqual([
      ['/actions?due=overdue', '1 action is overdue'],
      ['/actions?due=week', '2 actions are due in the next 7 days'],
      ['/actions?owner=me', '4 open actions are yours'],
    ]);
    const page = await pageOf('/actions?due=week');
    for (const action of ['Write', 'Visit']) expect(page).toContain(action);
    for (const action of ['Call', 'Wait']) expect(page).not.toMatch(new RegExp(`>\\s*${action}\\s*<`));
  });

  it('names campaigns whose result can be read, until they are closed', async () => {
    const terms = { action: 'Call', cost: '5', saveRate: '20', smallestSaveRate: '20', horizonDays: '90' };
    await post('/campaigns', { name: 'Spring calls', ...terms }).expect(303);
    const change = { state: 'running', launched_on: addDays(day, -90), ends_on: day };
    await test.context.db('campaigns').update(change);
    expect(await listed()).toContainEqual([
      '/campaigns/1',
      expect.stringMatching(/^The result of Spring calls can be read since /),
    ]);
    await test.context.db('campaigns').update({ state: 'closed' });
    expect((await listed()).map(([href]) => href)).not.toContain('/campaigns/1');
  });

  it('names what monitoring finds in the last file', async () => {
    const contract = header.split(',').indexOf('Contract');
    const changed = customersCsv(400, 22).trim().split('\n').slice(1);
    const rows = changed.map((line) => line.split(',').with(contract, 'Month-to-month').join(','));
    const id = await test.scoreAtOnce(csvOf(rows));
    expect(await listed()).toContainEqual([
      `/batches/${id}/monitoring`,
      expect.stringMatching(/^1 column differs from the training data in customers.csv/),
    ]);
  });
});
