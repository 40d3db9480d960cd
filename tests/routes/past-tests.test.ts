/** A randomised test of the past over HTTP: from its file to whom it works on. */
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/ml/math/random.ts';
import { getPastTest, listPastTests } from '../../src/store/past-tests.ts';
import { signIn } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';
import { runJobs } from '../helpers/work.ts';

const rows = generate(1_800);
const csv = `customer_id,group,plan,age,opened,answer\n${rows.map((row) => row.join(',')).join('\n')}\n`;
const columns = {
  control: '["group","none"]',
  outcome: '["answer","yes"]',
  outcomeIs: 'won',
  controlShare: '',
  // Of plan, age and opened; group and answer are never used.
  ...Object.fromEntries(Array.from({ length: 6 }, (_, place) => [`input${place}`, 'yes'])),
};

const test = openSite('analyst');
const { post, pageOf } = test;

/**
 * A third each gets a call, a letter or nothing. Only the call works, and only with customers of the plan `free`; a customer
 * who was called or written to has opened something.
 */
function generate(count: number): (string | number)[][] {
  const random = createRandom(8);
  return Array.from({ length: count }, (_, i) => {
    const group = ['call', 'letter', 'none'][i % 3]!;
    const plan = random.next() < 0.5 ? 'free' : 'paid';
    const chance = 0.25 + (group === 'call' && plan === 'free' ? 0.45 : 0);
    const opened = group !== 'none' && random.next() < 0.3 ? 1 : 0;
    const answer = random.next() < chance ? 'yes' : 'no';
    return [`c${i}`, group, plan, 20 + Math.floor(50 * random.next()), opened, answer];
  });
}

async function upload(content = csv): Promise<number> {
  const { headers } = await test.postFile('/past-tests', content, {}, 'spring-test.csv').expect(303);
  await runJobs(test.context);
  return Number(/\d+/.exec(headers['location']!)![0]);
}

function rateOf(group: string): number {
  const own = rows.filter((row) => row[1] === group);
  return own.filter((row) => row[5] === 'yes').length / own.length;
}

describe('a past test', () => {
  let id: number;
  beforeAll(async () => {
    id = await upload();
  });

  it('asks what its columns are', async () => {
    await test.agent.get(`/past-tests/${id}`).expect(303).expect('location', `/past-tests/${id}/columns`);
    const page = await pageOf(`/past-tests/${id}/columns`);
    expect(page).toContain('Group is none');
    expect(page).toContain('Answer is yes');
    expect(page).toContain('The customer ID is customer_id.');
    expect(page).not.toContain('Age is');
  });

  it.each([
    [{ control: '' }, 'Choose the control group.'],
    [{ control: '["group","nobody"]' }, 'Choose the control group.'],
    [{ control: '{"a":1}' }, 'Choose the control group.'],
    [{ outcome: '["group","call"]' }, 'The outcome must be another column'],
    [{ outcomeIs: '' }, 'Say what the outcome means.'],
    [{ controlShare: '0' }, 'Enter a percentage above 0, below 100.'],
    [{ controlShare: '-5' }, 'Enter a percentage such as 50'],
  ])('with %j is asked again, and keeps what was chosen', async (change, words) => {
    const { text } = await post(`/past-tests/${id}/columns`, { ...columns, ...change }).expect(422);
    expect(text).toContain(words);
    expect(text).toContain('name="input1" value="yes" checked');
    expect((await getPastTest(test.context.db, id)).state).toBe('open');
  });

  it('is read in a job', async () => {
    await post(`/past-tests/${id}/columns`, columns).expect(303);
    expect(await pageOf(`/past-tests/${id}`)).toContain('being compared');
    await post(`/past-tests/${id}/columns`, columns).expect(409);
    await post(`/past-tests/${id}/removal`).expect(409);
    await runJobs(test.context);
    expect((await getPastTest(test.context.db, id)).state).toBe('done');
  });

  it('shows the plain difference of its arms, to nine digits', async () => {
    const page = await pageOf(`/past-tests/${id}`);
    const shown = [...page.matchAll(/<data value="([^"]+)">/g)].map((match) => Number(match[1]));
    const expected = ['call', 'letter'].map((group) => rateOf(group) - rateOf('none'));
    expect(shown).toHaveLength(2);
    shown.forEach((difference, i) => {
      expect(Math.abs(difference - expected[i]!)).toBeLessThan(1e-9);
    });
    expect(page).toContain('More than without');
    expect(page).toContain('No difference shown');
  });

  it('does not learn from what came after the test began', async () => {
    const { findings } = await getPastTest(test.context.db, id);
    const unlike = findings!.balance.filter(({ isBalanced }) => !isBalanced);
    expect(findings!.balance.map(({ column }) => column)).toEqual(['plan', 'age', 'opened']);
    expect(unlike.map(({ column }) => column)).toEqual(['opened']);
    expect(await pageOf(`/past-tests/${id}`)).toContain('The arms differ in Opened');
  });

  it('says who reacts, and where nobody reacts differently', async () => {
    const [call, letter] = (await getPastTest(test.context.db, id)).findings!.uplift;
    expect(call!.isOfUse).toBe(true);
    expect(call!.tenths[0]!.value).toBeGreaterThan(0.3);
    expect(Math.abs(call!.tenths[9]!.value)).toBeLessThan(0.15);
    expect(letter).toMatchObject({ isOfUse: false, tenths: [] });
    const page = await pageOf(`/past-tests/${id}`);
    expect(page).toContain('Some customers react more than others.');
    expect(page).toContain('No group was found that reacts differently.');
  });

  it('says what other policies would have brought', async () => {
    const [call, letter] = (await getPastTest(test.context.db, id)).findings!.uplift;
    const gain = (policy: string, share: number) =>
      call!.policies.find((one) => one.policy === policy && one.share === share)!.gain!.value;
    expect(gain('nobody', 0)).toBe(0);
    // All who react are among the first half.
    expect(gain('uplift', 0.5)).toBeGreaterThan(0.9 * gain('everybody', 1));
    expect(gain('uplift', 0.5)).toBeGreaterThan(gain('risk', 0.5) + 0.05);
    expect(letter!.policies.some(({ policy }) => policy === 'uplift')).toBe(false);
  });

  it('can be read again as customers who left', async () => {
    await post(`/past-tests/${id}/columns`, {
      ...columns,
      outcomeIs: 'left',
      input2: '',
      controlShare: '60',
    });
    await runJobs(test.context);
    const page = await pageOf(`/past-tests/${id}`);
    expect(page).toContain('More customers left');
    expect(page).toContain('do not have the sizes that were planned');
    expect((await getPastTest(test.context.db, id)).findings!.arms[1]!.difference!.value).toBeGreaterThan(0);
  });

  it('goes with its dataset, which says so before', async () => {
    const { datasetId } = await getPastTest(test.context.db, id);
    expect(await pageOf(`/datasets/${datasetId}/removal`)).toContain('1 past test that was read from it');
    await post(`/datasets/${datasetId}/removal`).expect(303);
    expect(await listPastTests(test.context.db)).toEqual([]);
  });
});

describe('a small past test', () => {
  it('compares its arms, and learns nothing', async () => {
    const few = `arm,age,left\n${Array.from({ length: 60 }, (_, i) => `${i % 2 === 0 ? 'a' : 'b'},${i},${i % 7 === 0 ? 'yes' : i % 20 === 3 ? '' : 'no'}`).join('\n')}\n`;
    const id = await upload(few);
    const choice = { control: '["arm","a"]', outcome: '["left","yes"]', outcomeIs: 'left', input1: 'yes' };
    await post(`/past-tests/${id}/columns`, { ...choice, controlShare: '50' }).expect(303);
    await runJobs(test.context);
    const page = await pageOf(`/past-tests/${id}`);
    expect(page).toContain('Too few customers to find out who reacts');
    expect(page).toContain('3 rows have no arm or no outcome');
    await post(`/past-tests/${id}/removal`).expect(303);
    await test.agent.get(`/past-tests/${id}`).expect(404);
  });

  it('is read from a dataset that is here', async () => {
    const dataset = await test.context.db<{ id: number }>('datasets').first();
    await post('/past-tests/of-dataset', { dataset: String(dataset!.id) }).expect(303);
    await post('/past-tests/of-dataset', { dataset: 'x' }).expect(409);
    await post('/past-tests/of-dataset', { dataset: '999' }).expect(404);
  });

  it('that cannot be read leads to what is wrong with its file', async () => {
    const id = await upload('');
    expect(await pageOf(`/past-tests/${id}`)).toContain('The file could not be read.');
  });

  it('is seen by viewers, who read none', async () => {
    const viewer = await signIn(test, 'viewer');
    expect((await viewer.get('/past-tests').expect(200)).text).not.toContain('type="file"');
    await viewer.get('/past-tests/1/columns').expect(403);
  });
});
