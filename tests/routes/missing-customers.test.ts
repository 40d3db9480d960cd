/** Customers of the last file who are missing in the next one are asked about; nobody is assumed to have left. */
import { beforeAll, describe, expect, it } from 'vitest';
import { addDays, today } from '../../src/domain/campaigns/days.ts';
import { eraseEverywhere } from '../../src/domain/erasure/erasure.ts';
import { listEvents } from '../../src/store/audit.ts';
import { listOutcomes } from '../../src/store/outcomes.ts';
import { activateSmallModel, customersCsv, signIn } from '../helpers/app.ts';
import { errorsOf, postForm } from '../helpers/datasets.ts';
import { openSite } from '../helpers/site.ts';
import { runJobs } from '../helpers/work.ts';

const test = openSite('analyst');
const { post, pageOf, rowsOf } = test;
const [header, ...lines] = customersCsv(40, 8).trim().split('\n') as [string, ...string[]];
const ids = lines.map((line) => line.split(',')[0]!);
const csvOf = (rows: readonly string[]): string => [header, ...rows].join('\n');
const day = today('UTC', Date.now());
let first: number;
let second: number;

/** Of the customers 0 to 29, 0 to 9 are missing; the row of 9 is there, but cannot be scored. */
beforeAll(async () => {
  await activateSmallModel(test, ['Contract', 'tenure', 'MonthlyCharges']);
  first = await test.scoreAtOnce(csvOf(lines.slice(0, 30)));
  const tenure = header.split(',').indexOf('tenure');
  const rejected = lines[9]!.split(',').with(tenure, 'many').join(',');
  second = await test.scoreAtOnce(csvOf([rejected, ...lines.slice(10)]));
});

const missingIds = async (query = ''): Promise<string[]> =>
  (await rowsOf(`/batches/${second}/missing.csv${query}`)).map(({ customer }) => customer!);
const answer = (fields: Record<string, string | readonly string[]>) =>
  post(`/batches/${second}/missing`, {
    with: String(first),
    total: '9',
    scope: 'chosen',
    seenOn: day,
    ...fields,
  });

describe('customers who are missing in a file', () => {
  it('are those of the file before, without those whose row could not be scored', async () => {
    expect((await missingIds()).sort()).toEqual(ids.slice(0, 9).sort());
    const text = await pageOf(`/batches/${second}/missing`);
    expect(text).toContain('<strong>9 customers</strong>');
    expect(text).toContain('They are not assumed to have left');
    expect(await listOutcomes(test.context.db, ids)).toEqual([]);
  });

  it('are named on the pages of the results and of outcomes', async () => {
    for (const page of [`/batches/${second}/results`, '/outcomes'])
      expect(await pageOf(page)).toContain(`href="/batches/${second}/missing"`);
  });

  it('are nobody in a file without an earlier one', async () => {
    expect(await pageOf(`/batches/${first}/missing`)).toContain('No earlier file');
    expect(await pageOf(`/batches/${first}/results`)).not.toContain('missing');
  });

  it.each([
    [{}, 'Choose what became of them.'],
    [{ answer: 'left' }, 'Tick at least one customer of the list.'],
    [{ answer: 'left', customers: 'somebody else' }, 'Tick at least one customer of the list.'],
    [{ answer: 'left', customers: ids[0]!, seenOn: '2126-01-01' }, 'Enter a date that is not in the future.'],
    [
      { answer: 'unknown', scope: 'all', total: '8' },
      'The list has changed since you opened it. Look at it, and send the form again.',
    ],
  ])('are not answered for by a form that says too little: %o', async (fields, message) => {
    const { text } = await answer(fields).expect(422);
    expect(errorsOf(text)).toEqual([message]);
    expect(await missingIds()).toHaveLength(9);
  });

  it('are no longer asked about once it is recorded that they left, or were seen since', async () => {
    await answer({ answer: 'left', customers: [ids[0]!, ids[1]!] }).expect(303);
    await answer({ answer: 'stayed', customers: ids[2]! }).expect(303);
    expect(await listOutcomes(test.context.db, ids)).toEqual(
      expect.arrayContaining([
        { customerId: ids[0], seenOn: day, hasLeft: true },
        { customerId: ids[1], seenOn: day, hasLeft: true },
        { customerId: ids[2], seenOn: day, hasLeft: false },
      ]),
    );
    expect((await missingIds()).sort()).toEqual(ids.slice(3, 9).sort());
  });

  it('are asked about still if they were last seen before the file', async () => {
    await answer({ answer: 'stayed', customers: ids[3]!, seenOn: addDays(day, -5) }).expect(303);
    expect(await missingIds()).toContain(ids[3]);
  });

  it('contradictions are refused, and nothing is recorded', async () => {
    const before = await listOutcomes(test.context.db, ids);
    const { text } = await answer({
      answer: 'left',
      customers: [ids[3]!, ids[4]!],
      seenOn: addDays(day, -9),
    }).expect(422);
    expect(errorsOf(text)[0]).toContain('contradicts what was recorded before');
    expect(text).toMatch(new RegExp(`value="${ids[4]}"[^>]* checked`));
    expect(await listOutcomes(test.context.db, ids)).toEqual(before);
  });

  it('are all answered for at once: nobody knows, and nothing is recorded of them', async () => {
    const before = await listOutcomes(test.context.db, ids);
    for (let i = 0; i < 2; i++) await answer({ answer: 'unknown', customers: ids[5]! });
    await answer({ answer: 'unknown', scope: 'all', total: '5' }).expect(303);
    expect(await missingIds()).toEqual([]);
    expect(await pageOf(`/batches/${second}/missing`)).toContain('Nobody is missing');
    expect(await listOutcomes(test.context.db, ids)).toEqual(before);
    const filter = { action: 'outcomes.not-known', userId: null, from: null, to: null };
    expect(JSON.parse((await listEvents(test.context.db, filter, 1, 0))[0]!.after!)).toEqual({
      customers: 5,
    });
  });

  it('can be compared with another earlier file', async () => {
    const third = await test.scoreAtOnce(csvOf(lines.slice(0, 35)));
    expect(await rowsOf(`/batches/${third}/missing.csv`)).toHaveLength(5);
    expect(await rowsOf(`/batches/${third}/missing.csv?with=${first}`)).toEqual([]);
    expect(await rowsOf(`/batches/${third}/missing.csv?with=${third}`)).toEqual([]);
  });

  it('are seen by everybody, and answered for by analysts', async () => {
    const viewer = await signIn(test, 'viewer');
    const { text } = await viewer.get(`/batches/${second}/missing`).expect(200);
    expect(text).not.toContain('What became of them?');
    expect((await postForm(viewer, `/batches/${second}/missing`, {})).status).toBe(403);
    await viewer.get(`/batches/${second}/missing.csv`).expect(403);
  });

  it('are forgotten when they are erased, and with their file', async () => {
    const { db } = test.context;
    const answers = () => db<{ customer_id: string }>('unknown_outcomes').pluck('customer_id');
    expect(await answers()).toContain(ids[5]);
    await eraseEverywhere(test.context, ids[5]!);
    expect(await answers()).not.toContain(ids[5]);
    expect(await answers()).not.toEqual([]);
    await post(`/batches/${second}/removal`).expect(303);
    await runJobs(test.context);
    expect(await answers()).toEqual([]);
  });
});
