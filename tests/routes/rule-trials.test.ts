import { beforeAll, describe, expect, it } from 'vitest';
import { listRules } from '../../src/store/retention-rules.ts';
import { saveSettings } from '../../src/store/settings.ts';
import { activateSmallModel, customersCsv } from '../helpers/app.ts';
import { scoreFile } from '../helpers/models.ts';
import { blankRuleFields } from '../helpers/rules.ts';
import { listScores } from '../helpers/scores.ts';
import { openSite } from '../helpers/site.ts';

const test = openSite('analyst');
const { post } = test;
beforeAll(async () => {
  await activateSmallModel(test, ['contract', 'tenure', 'monthlycharges']);
  await test.context.db('retention_rules').delete();
});

const form = {
  ...blankRuleFields,
  rule: '',
  action: 'Send flowers',
  why: 'They like flowers.',
  cost: '1',
  saveRate: '50',
  position: '0',
  enabled: 'yes',
  column0: 'Contract',
  operator0: 'is',
  value0: 'Month-to-month',
};
/** As a reader sees it. */
const wordsOf = (html: string): string =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .replaceAll('&#39;', "'");

describe('trying a rule before it is saved', () => {
  it('says that no file has been scored yet', async () => {
    const { text } = await post('/settings/rules/trial', form).expect(200);
    expect(text).toContain('No file has been scored yet');
    expect(text).toContain('No scored customers yet.');
  });

  it('says what it would change on the last file, and saves nothing', async () => {
    await scoreFile(
      test,
      test.agent,
      'customerID,Contract,tenure,MonthlyCharges\na,Month-to-month,1,95\nb,Two year,60,20\nc,Month-to-month,2,90\n',
    );
    const { text } = await post('/settings/rules/trial', form).expect(200);
    const words = wordsOf(text);
    expect(words).toContain('Would change 2 recommendations of 3.');
    expect(words).toContain('Customers with an action 0 2');
    expect(words).toContain('Cost of their actions €0 €2');
    expect(words).toMatch(/ [ac] \d+ % No action Send flowers/);
    expect(words).toContain(
      '2 customers meet its conditions. With all of them together the action pays for itself',
    );
    expect(words).toMatch(/from a save rate of 0\.\d %; its save rate is 50\.0 %\. With 2 of them/);
    expect(await listRules(test.context.db)).toEqual([]);
  });

  it('tries it on a customer of one’s choice', async () => {
    const list = await test.agent.get('/customers').expect(200);
    const id = /href="\/customers\/(\d+)">b</.exec(list.text)![1]!;
    const words = wordsOf(
      (await post('/settings/rules/trial', { ...form, prediction: id }).expect(200)).text,
    );
    expect(words).toContain("The rule does not match: Contract is 'Two year'.");
    expect(words).toContain('Recommended now: No action. With this rule: No action.');
  });

  it('counts revenue over the months and at the margin of the organisation', async () => {
    const breakEven = async (): Promise<number> => {
      const words = wordsOf((await post('/settings/rules/trial', { ...form, cost: '100' })).text);
      return Number(/together the action pays for itself from a save rate of ([\d.]+) %/.exec(words)![1]);
    };
    const whole = await breakEven();
    await saveSettings(test.context.db, { valueMargin: 0.5 });
    expect(await breakEven()).toBeCloseTo(2 * whole, 0);
    await saveSettings(test.context.db, { valueMargin: 1 });
  });

  it('keeps the form for saving it, and for going back to it', async () => {
    const { text } = await post('/settings/rules/trial', form).expect(200);
    expect(text).toContain('<input type="hidden" name="value0" value="Month-to-month">');
    const back = await post('/settings/rules/form', form).expect(200);
    expect(back.text).toContain('value="Send flowers"');
    await post('/settings/rules', form).expect(303);
    const [saved] = await listRules(test.context.db);
    expect(saved?.action).toBe('Send flowers');
  });

  it('says what scoring the same customers again gives, where a rule asks for a reason', async () => {
    const csv = customersCsv(60, 5);
    const actionsOf = async (): Promise<(string | null)[]> => {
      const { id } = await scoreFile(test, test.agent, csv);
      return (await listScores(test, { batch: id })).map(({ recommendedAction }) => recommendedAction);
    };
    const asking = { ...form, action: 'Call', saveRate: '90', column0: '', reason: 'MonthlyCharges' };
    const before = await actionsOf();
    const words = wordsOf((await post('/settings/rules/trial', asking).expect(200)).text);
    const [, told] = /Would change (\d+) recommendations of 60/.exec(words)!;
    await post('/settings/rules', asking).expect(303);
    const after = await actionsOf();
    expect(Number(told)).toBe(after.filter((action, i) => action !== before[i]).length);
    expect(Number(told)).toBeGreaterThan(0);
  });

  it('of a rule that is there compares it with itself', async () => {
    const [saved] = await listRules(test.context.db);
    const changed = { ...form, rule: String(saved!.id), cost: '2', reason: 'tenure' };
    const same = wordsOf((await post('/settings/rules/trial', { ...form, rule: changed.rule })).text);
    expect(same).toContain('Would change 0 recommendations of 60.');
    const { text } = await post('/settings/rules/trial', changed).expect(200);
    expect(text).toContain(`action="/settings/rules/${saved!.id}"`);
    await post('/settings/rules/trial', { ...form, rule: '999' }).expect(404);
  });

  it('is where the form says what the save rate has to be compared with', async () => {
    const [saved] = await listRules(test.context.db);
    const words = wordsOf(await test.pageOf(`/settings/rules/${saved!.id}`));
    expect(words).toMatch(
      /At this cost the action pays for itself from a save rate of [\d.]+ % with customers at high risk, from a save rate of [\d.]+ % with all customers\./,
    );
  });

  it('does without the model where it is gone, and says so', async () => {
    await test.context.db('models').update({ file: 'gone', sha256: 'f'.repeat(64) });
    const { text } = await post('/settings/rules/trial', { ...form, reason: 'tenure' }).expect(200);
    expect(text).toContain('The model of this file was removed.');
  });

  it('shows a form that cannot be read with its errors', async () => {
    const { text } = await post('/settings/rules/trial', { ...form, cost: '-1' }).expect(422);
    expect(text).toContain('id="cost-error"');
  });
});
