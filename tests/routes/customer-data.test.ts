/** The export of everything that is stored about a customer, over HTTP. */
import { beforeAll, expect, it } from 'vitest';
import { listEvents } from '../../src/store/audit.ts';
import { activateSmallModel, csrfToken, customersCsv, signIn } from '../helpers/app.ts';
import { errorsOf } from '../helpers/datasets.ts';
import { openSite } from '../helpers/site.ts';

const test = openSite('analyst');
const { post, pageOf } = test;
let customer: string;
beforeAll(async () => {
  await activateSmallModel(test);
  const csv = customersCsv(20, 3);
  customer = csv.split('\n')[3]!.split(',')[0]!;
  await test.scoreAtOnce(csv);
});

it('is a file that explains itself, and is on record without whose it is', async () => {
  expect(await pageOf('/customer-data')).toContain('Download the data');
  const { text, headers } = await post('/customer-data', { customer }).expect(200);
  expect(headers['content-disposition']).toBe('attachment; filename=customer-data.json');
  const data = JSON.parse(text) as { readme: { about: string }; scores: unknown[]; files: unknown[] };
  expect(data.readme.about).toContain('everything that Holdfast');
  expect([data.scores.length, data.files.length]).toEqual([1, 2]);
  const everything = { action: null, userId: null, from: null, to: null };
  const [event] = await listEvents(test.context.db, everything, 1, 0);
  expect(event).toMatchObject({ action: 'customer.data-exported', userName: 'A analyst' });
  expect(JSON.stringify(event)).not.toContain(customer);
});

it.each([
  ['', 'Enter a customer ID.'],
  ['nobody', 'Nothing is stored about a customer with this ID. Check its spelling; capital letters count.'],
])('of %j says what is wrong', async (typed, words) => {
  const { text } = await post('/customer-data', { customer: typed }).expect(422);
  expect(errorsOf(text)).toEqual([words]);
});

it('is not for viewers', async () => {
  const viewer = await signIn(test, 'viewer');
  await viewer.get('/customer-data').expect(403);
  const _csrf = await csrfToken(viewer, '/account');
  await viewer.post('/customer-data').type('form').send({ _csrf, customer }).expect(403);
});
