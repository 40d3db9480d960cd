/** Rules that look at what was done for a customer before: in files, single scores, trials and plans alike. */
import { beforeAll, describe, expect, it } from 'vitest';
import { isoTimeOf } from '../../src/db/clock.ts';
import { scoreForm } from '../../src/domain/scoring/one-customer.ts';
import { getPlan } from '../../src/store/plans.ts';
import { findActiveModel } from '../../src/store/models.ts';
import { listRules } from '../../src/store/retention-rules.ts';
import { activateSmallModel } from '../helpers/app.ts';
import { blankRuleFields } from '../helpers/rules.ts';
import { detailsOf, listScores, scoreStore } from '../helpers/scores.ts';
import { openSite } from '../helpers/site.ts';
import { runJobs } from '../helpers/work.ts';

const test = openSite('analyst');
const { post, pageOf } = test;
const customers = ['called', 'written', 'both', 'neither'];
const csv = `customerID,Contract,tenure,MonthlyCharges\n${customers.map((id) => `${id},Month-to-month,1,95\n`).join('')}`;
const form = {
  ...blankRuleFields,
  action: 'Call',
  why: 'They like calls.',
  cost: '1',
  saveRate: '50',
  position: '0',
  enabled: 'yes',
};
const coolDown = { ...form, cooldownDays: '30', cooldownOf: 'own' };

const hadAction = async (customer: string, action: string, result: string | null = null): Promise<void> => {
  const now = await isoTimeOf(test.context.db);
  const done = { status: 'done', result, due_on: now.slice(0, 10), created_at: now, closed_at: now };
  await test.context.db('actions').insert({ customer_id: customer, action, ...done });
};
/** What is recommended to each of the customers, in the order of the file. */
const recommended = async (): Promise<(string | null)[]> => {
  const batch = await test.scoreAtOnce(csv);
  return (await listScores(test, { batch })).map(({ recommendedAction }) => recommendedAction);
};

beforeAll(async () => {
  await activateSmallModel(test, ['contract', 'tenure', 'monthlycharges']);
  await test.context.db('retention_rules').delete();
  await post('/settings/rules', coolDown).expect(303);
});

describe('a cool-down', () => {
  it('is part of the rule, in words', async () => {
    expect(await pageOf('/settings/rules')).toContain('Never within 30 days of this action');
    const [rule] = await listRules(test.context.db);
    expect(rule?.conditions.cooldown).toEqual({ days: 30, of: 'own' });
    const page = await pageOf(`/settings/rules/${rule!.id}`);
    expect(page).toMatch(/id="cooldownDays"[^>]*value="30"/);
  });

  it('leaves customers alone who had the action, in files scored from then on', async () => {
    expect(await recommended()).toEqual(['Call', 'Call', 'Call', 'Call']);
    for (const id of ['called', 'both']) await hadAction(id, 'Call', 'declined');
    for (const id of ['written', 'both']) await hadAction(id, 'Letter');
    expect(await recommended()).toEqual([null, 'Call', null, 'Call']);
  });

  it('shows a customer of each file what held when that file was scored', async () => {
    const called = (await listScores(test)).filter(({ customerId }) => customerId === 'called');
    const [latest] = called;
    expect((await detailsOf(test, latest!)).actions).toEqual([]);
    const { batchId } = latest!;
    const earlier = await listScores(test, { batch: batchId! - 1 });
    const details = await detailsOf(
      test,
      earlier.find(({ customerId }) => customerId === 'called')!,
    );
    expect(details.actions.map(({ action }) => action)).toEqual(['Call']);
  });

  it('holds for one customer who is scored in the form', async () => {
    const { db, config } = test.context;
    const modelId = (await findActiveModel(db))!.id;
    const inputs = { f0: 'Month-to-month', f1: '1', f2: '95' };
    const actionsOf = async (customer: string) => {
      const values = { ...inputs, customer, monthlyValue: '95' };
      const scored = await scoreForm(scoreStore(test), config.modelsDir, { modelId, values });
      return scored.ok ? scored.customer.actions.map(({ action }) => action) : scored.errors;
    };
    expect(await actionsOf('written')).toEqual(['Call']);
    expect(await actionsOf('called')).toEqual([]);
  });

  it('is said where the rules are tested on a customer', async () => {
    const called = (await listScores(test)).find(({ customerId }) => customerId === 'called')!;
    const page = await pageOf(`/settings/rules/test?prediction=${called.id}`);
    expect(page).toContain('Does not match: the customer had this action within the last 30 days');
  });

  it('counts in a trial as it would in a file', async () => {
    const [rule] = await listRules(test.context.db);
    const tried = async (fields: Record<string, string>) =>
      (await post('/settings/rules/trial', { ...fields, rule: String(rule!.id) }).expect(200)).text;
    expect(await tried(coolDown)).toContain('Would change 0 recommendations of 4.');
    expect(await tried({ ...coolDown, cooldownOf: 'any' })).toContain('Would change 1 recommendation of 4.');
    expect(await tried(form)).toContain('Would change 2 recommendations of 4.');
  });

  it('leaves such customers out of plans', async () => {
    const [rule] = await listRules(test.context.db);
    const terms = { name: 'Calls', budget: '100', valueMonths: '12', valueMargin: '100' };
    const { headers } = await post('/plans', { ...terms, [`use${rule!.id}`]: 'yes' }).expect(303);
    await runJobs(test.context);
    const { result } = await getPlan(test.context.db, Number(/\d+/.exec(headers['location']!)![0]));
    expect(result).toMatchObject({ considered: 2, leftOut: { withoutAction: 2 } });
  });
});

describe('an earlier action', () => {
  it('is followed up by its result', async () => {
    const [rule] = await listRules(test.context.db);
    const followUp = { earlierAction: 'is:Call', earlierResult: 'declined', earlierDays: '90' };
    await post(`/settings/rules/${rule!.id}`, { ...form, action: 'Gift', ...followUp }).expect(303);
    expect(await pageOf('/settings/rules')).toContain('Had ‘Call’, declined, in the last 90 days');
    expect(await recommended()).toEqual(['Gift', null, 'Gift', null]);
    const page = await pageOf(`/settings/rules/${rule!.id}`);
    expect(page).toMatch(/<option value="is:Call" selected/);
  });

  it.each([
    [{ cooldownDays: '0' }, 'cooldownDays', 'Enter a number of days from 1 to 3,650'],
    [{ cooldownDays: '-3' }, 'cooldownDays', 'Enter a number of days such as 30'],
    [{ cooldownDays: '5', cooldownOf: 'mine' }, 'cooldownOf', 'Choose one of the list.'],
    [{ earlierAction: 'any' }, 'earlierDays', 'Enter how many days ago'],
    [{ earlierAction: 'junk', earlierDays: '5' }, 'earlierAction', 'Choose an action of the list.'],
    [{ earlierDays: '5' }, 'earlierAction', 'Choose an action, or leave its result and days blank.'],
    [{ earlierAction: 'any', earlierDays: 'soon' }, 'earlierDays', 'Enter a number of days such as 30'],
  ])('with %j is refused beside the field %s', async (fields, name, words) => {
    const { text } = await post('/settings/rules', { ...form, ...fields }).expect(422);
    expect(text).toContain(`id="${name}-error"`);
    expect(text).toContain(words);
  });
});
