/** Groupings over HTTP: customers divided by likeness, or by fifths of recency, frequency and spend. */
import { beforeAll, describe, expect, it } from 'vitest';
import { getGrouping } from '../../src/store/groupings.ts';
import { listSegmentsOf } from '../../src/store/segments.ts';
import { activateSmallModel, customersCsv, signIn } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';
import { runJobs } from '../helpers/work.ts';

const test = openSite('analyst');
const { post, postFile, pageOf, rowsOf } = test;
beforeAll(async () => {
  await activateSmallModel(test);
  await test.scoreAtOnce(customersCsv(400, 9));
});

type Form = Readonly<Record<string, string>>;
const idIn = (location: unknown): number => Number(/\d+/.exec(String(location))![0]);

async function ask(form: Form): Promise<number> {
  const { headers } = await post('/groupings', { name: 'Likeness', dataset: '', ...form }).expect(303);
  await runJobs(test.context);
  return idIn(headers['location']);
}

async function addDataset(csv: string): Promise<number> {
  const { headers } = await postFile('/datasets', csv, { name: 'A table', kind: 'customers' }).expect(303);
  await runJobs(test.context);
  return idIn(headers['location']);
}

/** The boxes of the columns with these names. */
async function boxes(names: readonly string[], dataset = ''): Promise<Form> {
  const page = await pageOf(`/groupings/new?kind=clusters&dataset=${dataset}`);
  const found = [...page.matchAll(/name="(column\d+)" value="yes"[^>]*>\s*([^<]+?)\s*</g)];
  const chosen = found.filter(([, , label]) => names.includes(label!)).map(([, name]) => [name, 'yes']);
  expect(chosen).toHaveLength(names.length);
  return Object.fromEntries(chosen) as Form;
}

const clusters = (form: Form, dataset = ''): Promise<number> => ask({ kind: 'clusters', dataset, ...form });

describe('groups of customers who are alike', () => {
  it('are found among the latest scores, with measures for each number of groups', async () => {
    const id = await clusters(await boxes(['Tenure', 'Monthly charges', 'Contract']));
    const { findings } = await getGrouping(test.context.db, id);
    expect(findings).toMatchObject({ rows: 400, total: 400 });
    expect(findings!.clusters!.options.map(({ groups }) => groups.length)).toEqual([
      2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
    const page = await pageOf(`/groupings/${id}`);
    expect(page).toContain('(suggested)');
    expect(page).toContain('The silhouette is largest with');
    expect(await pageOf('/segments')).toContain('choose the number of groups');
  });

  it('become segments, to one of which each customer belongs, now and later', async () => {
    const id = await clusters(await boxes(['Tenure', 'Monthly charges', 'Contract']));
    await post(`/groupings/${id}/segments`, { groups: '4' }).expect(303);
    const segments = await listSegmentsOf(test.context.db, id);
    expect(new Set(segments.map(({ name }) => name)).size).toBe(4);
    const membersOf = async (): Promise<string[][]> =>
      Promise.all(
        segments.map(async ({ id: segment }) =>
          (await rowsOf(`/customers.csv?segment=${segment}`)).map((row) => row['customer']!),
        ),
      );
    const { findings } = await getGrouping(test.context.db, id);
    const counts = findings!.clusters!.options[2]!.groups.map(({ count }) => count);
    expect((await membersOf()).map((members) => members.length)).toEqual(counts);
    await test.scoreAtOnce(customersCsv(100, 55));
    const all = (await rowsOf('/customers.csv')).map((row) => row['customer']!);
    expect((await membersOf()).flat().sort()).toEqual(all.sort());
    const page = await pageOf(`/segments/${segments[0]!.id}`);
    expect(page).toContain('more like this group than any other, by ');
    expect(page).toContain('(part of the definition)');
    expect((await post(`/groupings/${id}/segments`, { groups: '3' }).expect(409)).text).toContain(
      'Group the customers again',
    );
  });

  it('need no churn label and no model: a dataset is enough', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, i) => `c${i},${i % 2 === 0 ? i : 500 + i},${i % 2 === 0 ? 'web' : ''}`,
    );
    const dataset = await addDataset(['id,visits,channel', ...rows].join('\n'));
    const id = await clusters(await boxes(['Visits', 'Channel'], `${dataset}`), `${dataset}`);
    await post(`/groupings/${id}/segments`, { groups: '2' }).expect(303);
    const page = await pageOf(`/groupings/${id}`);
    expect(page).toContain('Channel: not known, high visits');
    expect(page.match(/data-label="Customers">30</g)).toHaveLength(2);
    const [segment] = await listSegmentsOf(test.context.db, id);
    expect(await pageOf(`/segments/${segment!.id}`)).toContain('No customers are in this segment');
  });

  it('are of the source whose columns were chosen, and of no other', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `c${i},${i % 7},${i % 3}`);
    const dataset = `${await addDataset(['id,visits,orders', ...rows].join('\n'))}`;
    const sent = { name: 'My groups', kind: 'clusters', dataset, columnsOf: '', column0: 'yes' };
    const { text } = await post('/groupings', sent).expect(422);
    expect(text).toContain('The columns that you chose are of another source.');
    for (const page of [text, (await post('/groupings', { ...sent, show: 'columns' }).expect(200)).text]) {
      expect(page).toContain(`name="columnsOf" value="${dataset}"`);
      expect(page).toContain('value="My groups"');
      expect(page).toMatch(/checked>\s*Visits/);
    }
  });

  it('are refused in words where there is nothing to find', async () => {
    const cases: readonly (readonly [csv: string, columns: string[], words: RegExp])[] = [
      ['id,a,b\nc1,1,2\n', [], /Choose at least one column/],
      [`id,a,b\n${[1, 2, 3].map((i) => `c${i},${i},x${i}`).join('\n')}\n`, ['A'], /only 3 customers/],
    ];
    for (const [csv, names, words] of cases) {
      const dataset = `${await addDataset(csv)}`;
      const form = { name: 'x', kind: 'clusters', dataset, ...(await boxes(names, dataset)) };
      const answer = await post('/groupings', form);
      await runJobs(test.context);
      const page = answer.status === 422 ? answer.text : await pageOf(String(answer.headers['location']));
      expect(page).toMatch(words);
    }
  });

  it('are at most as many as there are different customers', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `c${i},${i % 3}`);
    const dataset = `${await addDataset(['id,visits', ...rows].join('\n'))}`;
    const id = await clusters(await boxes(['Visits'], dataset), dataset);
    const { findings } = await getGrouping(test.context.db, id);
    expect(findings!.clusters!.options.map(({ groups }) => groups.length)).toEqual([2, 3]);
    expect(await pageOf(`/groupings/${id}`)).toContain('only 3 different customers');
  });

  it('have no charts of one point', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `c${i},${i % 2}`);
    const dataset = `${await addDataset(['id,visits', ...rows].join('\n'))}`;
    const page = await pageOf(`/groupings/${await clusters(await boxes(['Visits'], dataset), dataset)}`);
    expect(page).toContain('How many groups there are');
    expect(page).not.toContain('Distances (elbow)');
  });

  it('say which column is gone', async () => {
    const id = await clusters(await boxes(['Tenure', 'Contract']));
    await post(`/groupings/${id}/segments`, { groups: '2' }).expect(303);
    const [segment] = await listSegmentsOf(test.context.db, id);
    await activateSmallModel(test, ['Contract', 'MonthlyCharges']);
    await test.scoreAtOnce(customersCsv(50, 3));
    expect(await pageOf(`/segments/${segment!.id}`)).toContain('Tenure is no column of the model');
    const answer = await post('/groupings', {
      name: 'x',
      kind: 'clusters',
      dataset: '999999',
      column0: 'yes',
    });
    expect(answer.status).toBe(303);
  });
});

describe('fifths of recency, frequency and spend', () => {
  const shop = (): string => {
    const rows = Array.from(
      { length: 200 },
      (_, i) => `c${i},${(i * 7) % 200},${1 + (i % 4)},${(i * 13) % 500}`,
    );
    return ['customer_id,days_since_last_purchase,purchases,amount', ...rows, 'c999,,1,5'].join('\n');
  };

  it('find their columns and make named groups', async () => {
    const dataset = `${await addDataset(shop())}`;
    const page = await pageOf(`/groupings/new?kind=fifths&dataset=${dataset}`);
    for (const column of ['days_since_last_purchase', 'purchases', 'amount'])
      expect(page).toContain(`<option value="${column}" selected>`);
    const columns = { recency: 'days_since_last_purchase', frequency: 'purchases', spend: 'amount' };
    const id = await ask({ kind: 'fifths', dataset, name: 'RFM', ...columns });
    const names = (await listSegmentsOf(test.context.db, id)).map(({ name }) => name);
    expect(names).toContain('Champions');
    expect(names).toContain('Hibernating');
    const { findings } = await getGrouping(test.context.db, id);
    const { groups, without } = findings!.fifths!;
    expect(groups.reduce((sum, { count }) => sum + count, without)).toBe(201);
    const made = await pageOf(`/groupings/${id}`);
    expect(made).toContain('1 customer is in no group');
    expect(made).toContain('the segments are empty until some are');
  });

  it('need three different columns', async () => {
    const dataset = `${await addDataset(shop())}`;
    const form = {
      kind: 'fifths',
      dataset,
      name: '',
      recency: 'purchases',
      frequency: 'purchases',
      spend: '',
    };
    const { text } = await post('/groupings', form).expect(422);
    expect(text).toContain('Enter a name.');
    expect(text).toContain('Choose another column than above.');
    expect(text).toContain('Choose a column.');
  });

  it('need numbers', async () => {
    const columns = { recency: 'Contract', frequency: 'Tenure', spend: 'MonthlyCharges' };
    const { text } = await post('/groupings', { name: 'RFM', kind: 'fifths', ...columns }).expect(422);
    expect(text).toContain('Choose a number or a date.');
  });
});

describe('a grouping', () => {
  it('is refused in words where what was sent cannot be read', async () => {
    for (const form of [{ kind: 'foo' }, { kind: 'clusters', dataset: 'abc' }])
      await post('/groupings', { name: 'x', ...form }).expect(422);
    const id = await clusters(await boxes(['Contract', 'Monthly charges']));
    await post(`/groupings/${id}/segments`, { groups: '1' }).expect(422);
  });

  it('names its segments where lists have others of the same name', async () => {
    const asked = await boxes(['Contract', 'Monthly charges']);
    for (const name of ['Spring groups', 'Autumn groups']) {
      const id = await clusters({ ...asked, name });
      await post(`/groupings/${id}/segments`, { groups: '2' }).expect(303);
    }
    const page = await pageOf('/customers');
    expect(page).toContain(' (Spring groups)</option>');
    expect(page).toContain(' (Autumn groups)</option>');
  });

  it('is removed with its segments, by those who may, unless one is in use', async () => {
    const id = await clusters(await boxes(['Contract', 'Monthly charges']));
    await post(`/groupings/${id}/segments`, { groups: '2' }).expect(303);
    const [segment] = await listSegmentsOf(test.context.db, id);
    expect((await post(`/segments/${segment!.id}/removal`).expect(409)).text).toContain(
      'Remove the grouping',
    );
    const terms = { action: 'Call', cost: '5', saveRate: '20', smallestSaveRate: '10', horizonDays: '90' };
    const campaign = await post('/campaigns', { name: 'Spring', ...terms, segment: `${segment!.id}` }).expect(
      303,
    );
    expect(await pageOf(`/groupings/${id}/removal`)).toMatch(
      /in use[^]*Campaign <a href="\/campaigns\/\d+">Spring</,
    );
    expect((await post(`/groupings/${id}/removal`).expect(409)).text).toContain('is in use');
    await post(`/campaigns/${idIn(campaign.headers['location'])}/removal`).expect(303);
    await (await signIn(test, 'viewer')).get(`/groupings/${id}/removal`).expect(403);
    await post(`/groupings/${id}/removal`).expect(303);
    await test.agent.get(`/groupings/${id}`).expect(404);
    await test.agent.get(`/segments/${segment!.id}`).expect(404);
  });
});
