import { beforeAll, describe, expect, it } from 'vitest';
import { exampleRules } from '../../src/domain/retention/example-rules.ts';
import { formFields, notKnown, predictCustomer, scoreForm } from '../../src/domain/scoring/one-customer.ts';
import { currentScoringRules } from '../../src/domain/scoring/context.ts';
import type { User } from '../../src/domain/people/accounts.ts';
import { tryRules } from '../../src/domain/retention/rule-trial.ts';
import { findActiveModel } from '../../src/store/models.ts';
import { findScore } from '../../src/domain/scoring/customer-record.ts';
import { getPrediction } from '../../src/store/prediction-records.ts';
import { listEvents } from '../../src/store/audit.ts';
import { getRule, insertRule, listRules } from '../../src/store/retention-rules.ts';
import {
  activateSmallModel,
  createTestApp,
  customersCsv,
  setUpOrganisation,
  signIn,
} from '../helpers/app.ts';
import { blankRuleFields, newRule } from '../helpers/rules.ts';
import { scoreStore } from '../helpers/scores.ts';
import { openSite } from '../helpers/site.ts';

const ada: User = { id: 1, email: 'ada@example.com', name: 'Ada', role: 'admin', theme: 'system' };

const test = openSite('analyst');
const { post } = test;
let modelId: number;
beforeAll(async () => {
  modelId = await activateSmallModel(test, ['contract', 'tenure', 'monthlycharges', 'techsupport']);
});

const rules = () => listRules(test.context.db);
const form = {
  ...blankRuleFields,
  action: 'Send flowers',
  why: 'Everybody likes flowers.',
  cost: '12,50',
  saveRate: '7.5',
  position: '3',
  enabled: 'yes',
  high: 'yes',
  minMonthlyValue: '30',
  reason: 'contract',
  column0: 'contract',
  operator0: 'is',
  value0: 'Month-to-month',
  column2: 'tenure',
  operator2: 'below',
  value2: '12',
};

describe('the example rules', () => {
  it('are listed with their conditions, and with columns that the active model does not have', async () => {
    const { text } = await test.agent.get('/settings/rules').expect(200);
    for (const { action } of exampleRules) expect(text).toContain(action);
    expect(text).toMatch(/Matches no customers: the active model has no column PaymentMethod/);
    expect(exampleRules.length).toBeGreaterThanOrEqual(6);
    for (const { why, saveRate, cost } of exampleRules) {
      expect(why.length).toBeGreaterThan(20);
      expect(saveRate).toBeLessThanOrEqual(0.3);
      expect(cost).toBeGreaterThan(0);
    }
  });
});

describe('an example rule', () => {
  it('is marked, matches no customers of another dataset, and becomes a rule of one’s own when it is saved', async () => {
    const { db } = test.context;
    const example = { ...exampleRules[2]!, action: 'Welcome them', position: 50, enabled: true };
    const id = await insertRule(db, example);
    const list = await test.agent.get('/settings/rules').expect(200);
    expect(list.text).toMatch(/1 rule is an example<\/strong> for the sample’s telecom customers/);
    expect(list.text).toContain('Matches no customers of the active model: it is an example for the sample.');
    const values = { customer: 'young', f0: 'Month-to-month', f1: '1', f2: '95', f3: 'No' };
    const prediction = await predictCustomer(scoreStore(test), ada, { modelId, values }, (fields) =>
      scoreForm(scoreStore(test), test.context.config.modelsDir, fields),
    );
    const tested = async () => {
      const query = `prediction=${prediction.ok ? prediction.id : 0}`;
      return (await test.agent.get(`/settings/rules/test?${query}`).expect(200)).text;
    };
    expect(await tested()).toContain('Does not match: examples apply to customers of the sample only');
    expect((await test.agent.get(`/settings/rules/${id}`)).text).toContain('This is an example');

    await post(`/settings/rules/${id}`, { ...form, action: 'Welcome them' }).expect(303);
    expect(await getRule(db, id)).toMatchObject({ isExample: false, version: 2 });
    expect((await test.agent.get('/settings/rules')).text).not.toContain('is an example');
    expect(await tested()).not.toContain('examples apply');
    await post(`/settings/rules/${id}/removal`, {}).expect(303);
  });
});

describe('a rule', () => {
  it('is added, changed with a new version, taken out of use and removed, each in the audit log', async () => {
    await post('/settings/rules', form).expect(303);
    const added = (await rules()).find(({ action }) => action === 'Send flowers')!;
    expect(added).toMatchObject({
      cost: 12.5,
      saveRate: 0.075,
      position: 3,
      enabled: true,
      version: 1,
      conditions: {
        riskLevels: ['high'],
        minMonthlyValue: 30,
        reason: 'contract',
        attributes: [
          { column: 'contract', operator: 'is', value: 'Month-to-month' },
          { column: 'tenure', operator: 'below', value: '12' },
        ],
      },
    });

    const page = await test.agent.get(`/settings/rules/${added.id}`).expect(200);
    expect(page.text).toContain('value="Send flowers"');
    expect(page.text).toContain('value="7.5"');
    // An unticked box sends nothing.
    const off = Object.fromEntries(Object.entries(form).filter(([name]) => name !== 'enabled'));
    await post(`/settings/rules/${added.id}`, { ...off, action: 'Send tulips' }).expect(303);
    expect(await rules()).toContainEqual({ ...added, action: 'Send tulips', enabled: false, version: 2 });

    const confirm = await test.agent.get(`/settings/rules/${added.id}/removal`).expect(200);
    expect(confirm.text).toContain('Send tulips');
    await post(`/settings/rules/${added.id}/removal`, {}).expect(303);
    expect((await rules()).some(({ id }) => id === added.id)).toBe(false);
    const events = await listEvents(
      test.context.db,
      { action: null, userId: null, from: null, to: null },
      3,
      0,
    );
    expect(events.map(({ action }) => action)).toEqual(['rule.removed', 'rule.changed', 'rule.created']);
    await test.agent.get(`/settings/rules/${added.id}`).expect(404);
  });

  it.each<[Readonly<Record<string, string>>, string, string]>([
    [{ action: ' ' }, 'action', 'Enter an action.'],
    [{ why: '' }, 'why', 'Enter a reason for the action'],
    [{ cost: 'free' }, 'cost', 'Enter a cost'],
    [{ cost: '-5' }, 'cost', 'Enter a cost'],
    [{ saveRate: '101' }, 'saveRate', 'from 0 to 100'],
    [{ saveRate: 'most' }, 'saveRate', 'Enter a percentage'],
    [{ position: '1.5' }, 'position', 'whole number'],
    [{ position: '' }, 'position', 'whole number'],
    [{ minMonthlyValue: 'lots' }, 'minMonthlyValue', 'Enter an amount'],
    [{ value2: 'a year' }, 'value2', 'Enter a number'],
    [{ value0: '' }, 'value0', 'Enter the value to compare'],
    [{ operator0: 'resembles' }, 'operator0', 'Choose a comparison'],
    [{ maxMonthlyValue: '-1' }, 'maxMonthlyValue', 'Enter an amount'],
    [{ exceptColumn0: 'contract' }, 'exceptValue0', 'Enter the value to compare'],
    [{ channel: 'x'.repeat(41) }, 'channel', 'at most 40'],
    [{ validFrom: '2026-02-30' }, 'validFrom', 'Enter a date'],
    [{ validFrom: '2026-12-02', validTo: '2026-12-01' }, 'validTo', 'not before the first'],
  ])('with %j is refused beside the field %s, and the rest is kept', async (change, field, words) => {
    const before = await rules();
    const { text } = await post('/settings/rules', { ...form, ...change }).expect(422);
    expect(text).toContain(words);
    expect(text).toContain(`id="${field}-error"`);
    expect(text).toContain(
      'value="Month-to-month"'.replace('Month-to-month', change['value0'] ?? 'Month-to-month'),
    );
    expect(await rules()).toEqual(before);
  });

  it('without any of its fields is refused with an error for each, in the order of the page', async () => {
    const { text } = await post('/settings/rules', {}).expect(422);
    const summary = /error-summary[\s\S]*?<\/ul>/.exec(text)![0];
    expect(summary.match(/<li>/g)!.length).toBeGreaterThan(10);
    expect(summary).not.toMatch(/invalid|undefined|expected string/i);
    const fields = [...summary.matchAll(/href="#(\w+)"/g)].map(([, field]) => field!);
    const places = fields.map((field) => text.indexOf(`id="${field}"`));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it('needs no value when it matches a missing value', async () => {
    await post('/settings/rules', { ...form, operator2: 'missing', value2: '' }).expect(303);
    const added = (await rules()).find(({ action }) => action === form.action);
    expect(added?.conditions.attributes[1]).toMatchObject({ operator: 'missing' });
  });
});

describe('what a rule says beside its conditions', () => {
  const terms = {
    ...form,
    action: 'Call them',
    maxMonthlyValue: '90',
    exceptColumn0: 'tenure',
    exceptOperator0: 'above',
    exceptValue0: '60',
    channel: 'Call',
    message: 'Thank you for three years.',
    validTo: '2026-01-31',
  };
  it('is kept, shown, and offered for the next rule', async () => {
    await post('/settings/rules', terms).expect(303);
    const added = (await rules()).find(({ action }) => action === 'Call them')!;
    expect(added).toMatchObject({
      channel: 'Call',
      message: 'Thank you for three years.',
      validFrom: null,
      validTo: '2026-01-31',
      conditions: {
        maxMonthlyValue: 90,
        exceptions: [{ column: 'tenure', operator: 'above', value: '60' }],
      },
    });
    const list = await test.agent.get('/settings/rules').expect(200);
    expect(list.text).toContain('Never if Tenure is above 60');
    expect(list.text).toMatch(/Ended\s*<br><span class="small muted">Until 31 Jan 2026/);
    const page = await test.agent.get(`/settings/rules/${added.id}`).expect(200);
    expect(page.text).toContain('value="Thank you for three years."');
    expect(page.text).toContain('id="exceptValue0" name="exceptValue0" type="text" value="60"');
    await post('/settings/rules', { ...terms, channel: 'Home visit' }).expect(303);
    const next = await test.agent.get('/settings/rules/new').expect(200);
    expect(next.text).toContain('<option value="Home visit">');
  });
});

describe('proposed rules', () => {
  it('name the columns that they took, and open in the form', async () => {
    const { text } = await test.agent.get('/settings/rules/proposals').expect(200);
    expect(text).toContain('Columns taken: Tenure');
    const before = await rules();
    const page = await test.agent.get('/settings/rules/new?persona=new').expect(200);
    expect(page.text).toContain('value="Welcome call for a new customer"');
    await test.agent.get('/settings/rules/new?persona=nobody').expect(200);
    expect(await rules()).toEqual(before);
  });
});

describe('a rule with days', () => {
  it('applies to customers scored on them only', async () => {
    const { db } = test.context;
    const add = (action: string, days: object) => insertRule(db, newRule({ action, ...days }));
    await add('Over', { validTo: '2026-01-01' });
    await add('Not yet', { validFrom: '2999-01-01' });
    await add('Now', { validFrom: '2026-01-01', validTo: '2999-01-01' });
    const { rules: used } = await currentScoringRules(db, { isSample: false, datasetId: null });
    const actions = used.map(({ action }) => action);
    expect(actions).toContain('Now');
    expect(actions).not.toContain('Over');
    expect(actions).not.toContain('Not yet');
  });
});

describe('testing the rules on a customer', () => {
  it('shows which rules match, and why the others do not', async () => {
    const { config } = test.context;
    const values = { customer: 'tried', f0: 'Month-to-month', f1: '2', f2: '95', f3: 'No' };
    const prediction = await predictCustomer(scoreStore(test), ada, { modelId, values }, (form) =>
      scoreForm(scoreStore(test), config.modelsDir, form),
    );
    if (!prediction.ok) throw new Error(JSON.stringify(prediction.errors));
    const { text } = await test.agent.get(`/settings/rules/test?prediction=${prediction.id}`).expect(200);
    for (const { action } of await rules()) expect(text).toContain(action);
    expect(text).toContain('Does not match: the model has no column PaymentMethod');
    expect(text).toContain('>Matches<');
    expect(text).toContain('tried');
    expect((await rules()).every(({ enabled }) => enabled)).toBe(true);
    expect(text).toContain('Does not match: the rule has ended');
    expect(text).toContain('Does not match: the rule does not apply yet');
  });

  it('uses all reasons as scoring does, not only the stored ones', async () => {
    const whole = await createTestApp();
    await setUpOrganisation(whole);
    await activateSmallModel(whole);
    const { db, config } = whole.context;
    const [first, ...lines] = customersCsv(30, 12).trimEnd().split('\n');
    const fields = formFields((await findActiveModel(db))!);
    const admin = await signIn(whole, 'admin');
    for (const line of lines) {
      const cells = new Map(line.split(',').map((cell, i) => [first!.split(',')[i], cell]));
      const values = Object.fromEntries(
        fields.map(({ name, feature, isChoice }) => [
          name,
          cells.get(feature.name) === '' && isChoice ? notKnown : cells.get(feature.name)!,
        ]),
      );
      const stored = await predictCustomer(scoreStore(whole), ada, { modelId: 1, values }, (form) =>
        scoreForm(scoreStore(whole), config.modelsDir, form),
      );
      const prediction = await getPrediction(db, stored.ok ? stored.id : 0);
      const score = await findScore({ db, folder: config.uploadsDir }, prediction.id);
      const tried = await tryRules(db, config.modelsDir, score!);
      const recommended = tried.filter((trial) => trial.whyNot === null).map(({ rule }) => rule.id);
      expect(new Set(recommended)).toEqual(new Set(prediction.actions.map(({ ruleId }) => ruleId)));
      await admin.get(`/settings/rules/test?prediction=${prediction.id}`).expect(200);
    }
    // Without the model's file the stored reasons are used.
    await db('models').update({ file: 'gone', sha256: 'f'.repeat(64) });
    await admin.get('/settings/rules/test?prediction=1').expect(200);
    await whole.close();
  });

  it.each(['', '?prediction=abc', '?prediction=999999', '?prediction=-1'])('answers %j', async (query) => {
    await test.agent.get(`/settings/rules/test${query}`).expect(200);
  });
});
