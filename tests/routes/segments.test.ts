/** Segments over HTTP: a filter with a name, what is known of its customers, and everywhere it can be used. */
import { beforeAll, describe, expect, it } from 'vitest';
import { insertOutcomes } from '../../src/store/outcomes.ts';
import { listSegments } from '../../src/store/segments.ts';
import { activateSmallModel, customersCsv, signIn } from '../helpers/app.ts';
import { blankRuleFields } from '../helpers/rules.ts';
import { openSite } from '../helpers/site.ts';

const test = openSite('analyst');
const { post, pageOf, rowsOf, scoreAtOnce: score } = test;
beforeAll(async () => {
  await activateSmallModel(test);
  await score(customersCsv(400, 9));
});

type Form = Readonly<Record<string, string>>;
const countOf = async (path: string): Promise<number> => (await rowsOf(path)).length;

const monthly = { column: 'Contract', level: 'Month-to-month' };

async function save(name: string, filter: Form): Promise<number> {
  const { headers } = await post('/segments', { name, ...filter }).expect(303);
  return Number(/\d+$/.exec(headers['location']!)![0]);
}

describe('a filter of the list', () => {
  it('becomes a segment with a name', async () => {
    expect(await pageOf('/customers?column=Contract&level=Month-to-month')).toContain(
      '/segments/new?column=Contract&amp;level=Month-to-month',
    );
    expect(await pageOf('/customers')).not.toContain('/segments/new');
    expect(await pageOf('/segments/new?column=Contract&level=Month-to-month')).toContain(
      'Customers with Contract Month-to-month',
    );
    const id = await save('Monthly contracts', monthly);
    const page = await pageOf(`/segments/${id}`);
    expect(page).toContain('<h1>Monthly contracts</h1>');
    expect(page).toContain('Customers with Contract Month-to-month.');
    expect(await pageOf('/segments')).toContain('Monthly contracts');
  });

  it('needs a name and a condition', async () => {
    const nameless = await post('/segments', { name: ' ', ...monthly }).expect(422);
    expect(nameless.text).toContain('Enter a name.');
    expect(nameless.text).toContain('name="level" value="Month-to-month"');
    expect((await post('/segments', { name: 'All' }).expect(422)).text).toContain('Filter the list');
  });

  it('is no segment where it is the customers of one file, who leave it when they are scored again', async () => {
    const form = await pageOf('/segments/new?batch=1');
    expect(form).toContain('Customers with a score in ');
    expect(form).toContain('A segment cannot be the customers of one file');
    expect(form).not.toContain('Save segment');
    const { text } = await post('/segments', { name: 'File', batch: '1' }).expect(409);
    expect(text).toContain('Remove that filter first.');
  });

  it('that cannot be read is refused, here and for campaigns and plans', async () => {
    const cases = [
      ['/segments', { there: 'absent' }],
      ['/segments', { low: '5' }],
      ['/campaigns', { risk: 'zzz' }],
      ['/campaigns', { low: '9' }],
      ['/plans', { risk: 'zzz' }],
      ['/plans', { there: 'absent' }],
    ] as const;
    for (const [path, filter] of cases) {
      const { text } = await post(path, { name: 'x', ...filter }).expect(422);
      expect(text).toContain(`‘${Object.keys(filter)[0]}’ cannot be used`);
    }
  });

  it('can be saved within another segment', async () => {
    const monthlyId = await save('Monthly', monthly);
    const both = await save('Monthly and high', { risk: 'high', segment: String(monthlyId) });
    const wanted = await countOf('/customers.csv?risk=high&column=Contract&level=Month-to-month');
    expect(wanted).toBeGreaterThan(5);
    expect(await countOf(`/customers.csv?segment=${both}`)).toBe(wanted);
  });
});

describe('the page of a segment', () => {
  it('says what sets its customers apart, how many are at risk, and what to do', async () => {
    const id = await save('Monthly', monthly);
    const page = await pageOf(`/segments/${id}`);
    expect(page).toMatch(/Contract is Month-to-month: 100.0 %, against 0.0 %/);
    expect(page).toContain('(part of the definition)');
    expect(page).toMatch(/Tenure.*: [\d.]+ on average, against [\d.]+/);
    expect(page).toContain('Expected monthly loss');
    expect(page).toContain('Recommended most often');
  });

  it('says how many left, once enough is known', async () => {
    const id = await save('Monthly', monthly);
    expect(await pageOf(`/segments/${id}`)).not.toContain('Seen to have left');
    const rows = await rowsOf(`/customers.csv?segment=${id}`);
    const outcomes = rows
      .slice(0, 8)
      .map((row, i) => ({ customerId: row['customer']!, seenOn: '2026-11-20', hasLeft: i < 2 }));
    await insertOutcomes(test.context.db, { outcomes, source: 'by hand', userId: 1 });
    expect(await pageOf(`/segments/${id}`)).toContain('2 of 8 customers whose outcome is known');
  });

  it('has words for a segment of nobody, and of one customer', async () => {
    const nobody = await save('Nobody', { column: 'Contract', level: 'Weekly' });
    expect(await pageOf(`/segments/${nobody}`)).toContain('No customers are in this segment');
    const [customer] = await rowsOf('/customers.csv');
    const one = await save('One', { search: customer!['customer']! });
    expect(await pageOf(`/segments/${one}`)).toContain('too few customers on one side');
    const gone = await save('Gone', { column: 'No such column', level: 'x' });
    expect(await pageOf(`/segments/${gone}`)).toContain('No customers are in this segment');
  });

  it('can be renamed and removed, by those who may', async () => {
    const id = await save('Old name', monthly);
    await post(`/segments/${id}`, { name: 'New name' }).expect(303);
    expect(await pageOf(`/segments/${id}`)).toContain('<h1>New name</h1>');
    await (await signIn(test, 'viewer')).get(`/segments/${id}/removal`).expect(403);
    await post(`/segments/${id}/removal`).expect(303);
    await test.agent.get(`/segments/${id}`).expect(404);
    expect(await pageOf(`/customers?segment=${id}`)).toContain('No customers match');
  });
});

describe('a segment as a filter', () => {
  it('narrows the list, its CSV and analytics', async () => {
    const id = await save('Monthly', monthly);
    const wanted = await countOf('/customers.csv?column=Contract&level=Month-to-month');
    expect(await countOf(`/customers.csv?segment=${id}`)).toBe(wanted);
    const list = await pageOf(`/customers?segment=${id}`);
    expect(list).toContain('Segment: Monthly');
    expect(list).toContain(`${wanted} customers`);
    const analytics = await pageOf(`/analytics?segment=${id}`);
    expect(analytics).toContain(`${wanted} customers`);
    expect(analytics).toContain(`/customers?risk=high&amp;segment=${id}`);
  });

  it('is named on the page of every customer who is in it, and of nobody else', async () => {
    const id = await save('Monthly and named', monthly);
    const list = await pageOf('/customers?size=200');
    const customers = [...new Set([...list.matchAll(/href="(\/customers\/\d+)"/g)].map(([, href]) => href!))];
    const members = await pageOf(`/customers?size=200&segment=${id}`);
    const isMember = (href: string): boolean => members.includes(`"${href}"`);
    const looked = [
      ...customers.filter(isMember).slice(0, 3),
      ...customers.filter((one) => !isMember(one)).slice(0, 3),
    ];
    expect(looked).toHaveLength(6);
    for (const href of looked)
      expect([href, (await pageOf(href)).includes('>Monthly and named</a>')]).toEqual([href, isMember(href)]);
  });

  it('has customers scored later at once', async () => {
    const id = await save('Monthly', monthly);
    const before = await countOf(`/customers.csv?segment=${id}`);
    const [header, ...rows] = customersCsv(300, 77).trim().split('\n');
    const later = rows.filter((row) => row.includes('Month-to-month')).map((row) => `later-${row}`);
    await score(`${[header, ...later].join('\n')}\n`);
    expect(await countOf(`/customers.csv?segment=${id}`)).toBe(before + later.length);
  });

  it('is whom a campaign and a plan are for, and cannot be removed under a draft', async () => {
    const id = await save('Monthly', monthly);
    expect(await pageOf(`/campaigns/new?segment=${id}`)).toContain('Customers with segment Monthly');
    expect(await pageOf(`/plans/new?segment=${id}`)).toContain('Customers with segment Monthly');
    const terms = { action: 'Call', cost: '5', saveRate: '20', smallestSaveRate: '10', horizonDays: '90' };
    await post('/campaigns', { name: 'Spring', ...terms, segment: String(id) }).expect(303);
    expect(await pageOf(`/segments/${id}/removal`)).toContain('Spring');
    const refused = await post(`/segments/${id}/removal`).expect(409);
    expect(refused.text).toContain('is used by the campaign ‘Spring’');
  });
});

describe('a rule that asks for a segment', () => {
  const rule = (segment: number, action: string) => ({
    ...blankRuleFields,
    action,
    why: 'They can leave at any time.',
    cost: '1',
    saveRate: '90',
    position: '0',
    enabled: 'yes',
    segment: String(segment),
  });

  it('is offered those that rules can know, and recommends to their members only', async () => {
    const id = await save('Monthly rule', monthly);
    await save('By ID', { search: 'a' });
    const form = await pageOf('/settings/rules/new');
    expect(form).toContain('Monthly rule');
    expect(form).not.toContain('By ID');
    await post('/settings/rules', rule(id, 'Offer to monthly')).expect(303);
    expect(await pageOf('/settings/rules')).toContain('Is in the segment ‘Monthly rule’');
    await score(customersCsv(200, 31));
    const offered = (await rowsOf('/customers.csv')).filter(
      (row) => row['recommended_action'] === 'Offer to monthly',
    );
    expect(offered.length).toBeGreaterThan(20);
    const members = new Set((await rowsOf(`/customers.csv?segment=${id}`)).map((row) => row['customer']));
    expect(offered.every((row) => members.has(row['customer']))).toBe(true);
    await post(`/segments/${id}`, { name: 'Renamed' }).expect(303);
    expect(await pageOf('/settings/rules')).toContain('Is in the segment ‘Renamed’');
    expect((await post(`/segments/${id}/removal`).expect(409)).text).toContain(
      'the retention rule ‘Offer to monthly’',
    );
  });

  it('is refused where the segment is gone', async () => {
    const refused = await post('/settings/rules', rule(999_999, 'Call')).expect(422);
    expect(refused.text).toContain('This segment was removed');
    expect((await listSegments(test.context.db)).every(({ id }) => id !== 999_999)).toBe(true);
  });
});
