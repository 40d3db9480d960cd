/** The list of recorded outcomes, and correcting several of them in one form, with a reason. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { today } from '../../src/domain/campaigns/days.ts';
import { listEvents } from '../../src/store/audit.ts';
import { insertOutcomes, listOutcomes } from '../../src/store/outcomes.ts';
import { activateSmallModel, customersCsv, signIn } from '../helpers/app.ts';
import { errorsOf } from '../helpers/datasets.ts';
import { openSite } from '../helpers/site.ts';

const test = openSite('analyst');
const { post, pageOf } = test;
const csv = customersCsv(130, 12);
const ids = csv
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(',')[0]!) as [string, string, ...string[]];
const day = today('UTC', Date.now());

beforeAll(async () => {
  await activateSmallModel(test, ['Contract', 'tenure', 'MonthlyCharges']);
  await test.scoreAtOnce(csv);
});
beforeEach(async () => {
  const { db } = test.context;
  await db('customer_outcomes').delete();
  const outcomes = ids
    .slice(0, 110)
    .map((customerId, i) => ({ customerId, seenOn: '2026-03-01', hasLeft: i < 4 }));
  await insertOutcomes(db, { outcomes, source: 'spring.csv', userId: null });
});

const recordedOf = (customerIds: readonly string[]) => listOutcomes(test.context.db, customerIds);
const correct = (fields: Record<string, string | readonly string[]>) =>
  post('/outcomes/recorded', {
    answer: 'left',
    seenOn: day,
    reason: 'The file had the wrong month',
    ...fields,
  });
const shownIn = (text: string): number => [...text.matchAll(/name="customers"/g)].length;

describe('the list of recorded outcomes', () => {
  it('has the last recorded first, by pages', async () => {
    const text = await pageOf('/outcomes/recorded');
    expect(text).toContain('110 outcomes');
    expect(shownIn(text)).toBe(100);
    expect(text.indexOf(`>${ids[109]}<`)).toBeLessThan(text.indexOf(`>${ids[108]}<`));
    expect(shownIn(await pageOf('/outcomes/recorded?page=2'))).toBe(10);
    expect(await pageOf('/outcomes')).toContain('110 recorded outcomes');
  });

  it('is filtered by customer and by outcome', async () => {
    expect(shownIn(await pageOf('/outcomes/recorded?outcome=left'))).toBe(4);
    expect(shownIn(await pageOf(`/outcomes/recorded?customer=${ids[7]}`))).toBe(1);
    expect(await pageOf('/outcomes/recorded?customer=nobody')).toContain('No outcomes match');
  });

  it('says that there are none', async () => {
    await test.context.db('customer_outcomes').delete();
    expect(await pageOf('/outcomes/recorded')).toContain('No outcomes yet');
  });

  it('is for people who may record outcomes', async () => {
    const viewer = await signIn(test, 'viewer');
    await viewer.get('/outcomes/recorded').expect(403);
  });
});

describe('correcting several', () => {
  it('replaces what was recorded of ticked and of typed customers, with the reason in the audit log', async () => {
    await correct({ customers: [ids[0], ids[5]!], others: `${ids[120]}\r\n\r\n${ids[0]}\n` }).expect(303);
    for (const customerId of [ids[0], ids[5]!, ids[120]!])
      expect(await recordedOf([customerId])).toEqual([{ customerId, seenOn: day, hasLeft: true }]);
    expect(await recordedOf([ids[1]])).toMatchObject([{ seenOn: '2026-03-01' }]);
    const filter = { action: 'outcomes.corrected', userId: null, from: null, to: null };
    const [event] = await listEvents(test.context.db, filter, 1, 0);
    expect(event).toMatchObject({ subject: '3 customers', userName: 'A analyst' });
    expect(JSON.parse(event!.after!)).toEqual({
      seenOn: day,
      hasLeft: true,
      replaced: 2,
      reason: 'The file had the wrong month',
    });
  });

  it('takes back what was recorded by mistake', async () => {
    await correct({ customers: ids[0], answer: 'remove', seenOn: '' }).expect(303);
    expect(await recordedOf([ids[0]])).toEqual([]);
  });

  it.each([
    [{}, 'Tick customers of the list, or enter customer IDs.'],
    [{ customers: ids[0], answer: '' }, 'Choose what became of them.'],
    [{ customers: ids[0], reason: '' }, 'Enter the reason.'],
    [{ customers: ids[0], seenOn: '2126-01-01' }, 'Enter a date that is not in the future.'],
    [
      { customers: ids[0], others: 'nobody\nno one' },
      'No customer with these IDs has been scored: nobody, no one. Check their spelling.',
    ],
    [
      { others: Array.from({ length: 1_001 }, (_, i) => `x${i}`).join('\n') },
      'Correct at most 1,000 customers at a time, or use a file.',
    ],
  ])('changes nothing where the form says too little: case %#', async (fields, message) => {
    const { text } = await correct(fields as Record<string, string>).expect(422);
    expect(errorsOf(text)).toEqual([message]);
    expect(await recordedOf([ids[0]])).toEqual([{ customerId: ids[0], seenOn: '2026-03-01', hasLeft: true }]);
  });

  it('keeps the list, its ticks and what was typed after an error', async () => {
    const { text } = await correct({
      customers: ids[2]!,
      listedOutcome: 'left',
      reason: '',
      others: ids[9]!,
    }).expect(422);
    expect(shownIn(text)).toBe(4);
    expect(text).toMatch(new RegExp(`value="${ids[2]}"[^>]* checked`));
    expect(text).toContain(`>${ids[9]}</textarea>`);
  });
});
