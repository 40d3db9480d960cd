import fc from 'fast-check';
import type request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formFields, notKnown } from '../../src/domain/scoring/one-customer.ts';
import type { FormField } from '../../src/domain/scoring/one-customer.ts';
import { getModel } from '../../src/store/models.ts';
import type { ModelRecord } from '../../src/store/models.ts';
import { getPrediction } from '../../src/store/prediction-records.ts';
import {
  activateSmallModel,
  createTestApp,
  csrfToken,
  customersCsv,
  setUpOrganisation,
  signIn,
} from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { addCandidate } from '../helpers/models.ts';
import { detailsOf, listScores } from '../helpers/scores.ts';
import { runJobs } from '../helpers/work.ts';

type Agent = ReturnType<typeof request.agent>;
let test: TestApp;
let agent: Agent;
let fields: FormField[];
let _csrf: string;
let modelId: number;

beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  modelId = await activateSmallModel(test);
  fields = formFields(await getModel(test.context.db, modelId));
  agent = await signIn(test, 'analyst');
  _csrf = await csrfToken(agent, '/account');
});
afterAll(() => test.close());

const header = customersCsv(1, 1).split('\n')[0]!.split(',');
const [, ...lines] = customersCsv(25, 77).trimEnd().split('\n');

/** A generated customer as somebody would type it. */
function formOf(line: string, changes: Record<string, string> = {}): Record<string, string> {
  const cells = line.split(',');
  const typed = fields.map(({ name, feature, isChoice }) => {
    const text = changes[feature.name] ?? cells[header.indexOf(feature.name)]!;
    return [name, text === '' && isChoice ? notKnown : text];
  });
  return { _csrf, model: String(modelId), ...(Object.fromEntries(typed) as Record<string, string>) };
}

/** The fields of another model's form, by the features' names. */
const fieldsOf = (model: ModelRecord, values: Record<string, string>): Record<string, string> =>
  Object.fromEntries(formFields(model).map(({ name, feature }) => [name, values[feature.name] ?? '']));

const predict = (form: Record<string, string>) => agent.post('/predict').type('form').send(form);

async function predicted(form: Record<string, string>) {
  const { headers } = await predict(form).expect(303);
  return getPrediction(test.context.db, Number(/\/customers\/(\d+)/.exec(headers['location']!)![1]));
}

describe('the form', () => {
  it('asks for the inputs of the active model and preselects nothing', async () => {
    const { text } = await agent.get('/predict').expect(200);
    for (const { label } of fields) expect(text).toContain(`>${label}</label>`);
    for (const heading of ['Numbers and dates', 'Yes or no', 'Categories'])
      expect(text).toContain(`<h2>${heading}</h2>`);
    expect(text).toMatch(/<option value="1"\s*>\s*Yes\s*<\/option>/);
    expect(text).toContain('Monthly charges');
    expect(text).toMatch(/Training range: \d+(\.\d+)? to \d+/);
    const selects = text.match(/<select id="f\d+"[\s\S]*?<\/select>/g)!;
    expect(selects).toHaveLength(fields.filter(({ isChoice }) => isChoice).length);
    for (const select of selects) {
      expect(select).toMatch(/<option value=""\s+selected\s*>\s*Choose…\s*<\/option>/);
      expect(select).toContain('Not known');
      expect(select.match(/ selected/g)).toHaveLength(1);
    }
    expect(text).not.toContain(' style=');
  });

  it('names everything that is missing or cannot be read at once, and keeps what was typed', async () => {
    const tenure = fields.find(({ feature }) => feature.name === 'tenure')!;
    const { text } = await predict({
      _csrf,
      model: String(modelId),
      [tenure.name]: 'three',
      customer: '"><script>alert(1)</script>',
    }).expect(422);
    expect(text).toContain('<title>Error: ');
    const summary = /error-summary[\s\S]*?<\/ul>/.exec(text)![0];
    expect(summary.match(/<li>/g)).toHaveLength(fields.filter(({ isChoice }) => isChoice).length + 1);
    const linked = [...summary.matchAll(/href="#(f\d+)"/g)].map(([, name]) => name);
    const onPage = [...text.matchAll(/<(?:input|select) id="(f\d+)"/g)].map(([, name]) => name);
    expect(linked).toEqual(onPage.filter((name) => linked.includes(name)));
    expect(linked).toContain(tenure.name);
    expect(summary).toContain('Tenure: enter a number such as');
    expect(text).toContain('value="three"');
    expect(text).toContain('value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(text).not.toContain('<script>alert');
  });

  it('names who can help if there is no model', async () => {
    const empty = await createTestApp();
    await setUpOrganisation(empty);
    const admin = await signIn(empty, 'admin');
    const { text } = await admin.get('/predict').expect(200);
    expect(text).toContain('An administrator can train or activate one');
    expect((await admin.get('/').expect(200)).text).toContain('Train your first model');
    await empty.close();
  });

  it('answers wild addresses and models that are gone', async () => {
    for (const query of [
      '?model=abc',
      '?model=-1',
      '?from=9999',
      '?from=1e3',
      '?from=%00',
      '?model=99999999999',
    ])
      expect((await agent.get(`/predict${query}`)).status, query).toBeLessThan(401);
    const { text } = await predict({ ...formOf(lines[0]!), model: '4711' }).expect(422);
    expect(text).toContain('no longer exists');
  });

  it('never breaks, whatever is typed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string(), { minLength: fields.length, maxLength: fields.length }),
        async (texts) => {
          const typed = Object.fromEntries(fields.map(({ name }, i) => [name, texts[i]!]));
          const { status } = await predict({ _csrf, model: String(modelId), ...typed });
          expect([303, 422]).toContain(status);
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('a prediction', () => {
  it('is stored and shown with its reasons, actions and notes', async () => {
    const form = formOf(lines[0]!, {
      Contract: 'Month-to-month',
      InternetService: 'Fiber optic',
      tenure: '1',
      MonthlyCharges: '99.5',
      TotalCharges: '',
    });
    const prediction = await predicted({ ...form, customer: 'shown-1' });
    expect(prediction).toMatchObject({ source: 'form', customerId: 'shown-1', monthlyValue: 99.5, modelId });
    const { text } = await agent.get(`/customers/${prediction.id}`).expect(200);
    expect(text).toContain(`${Math.round(prediction.probability * 100)} %`);
    expect(text).toMatch(/class="meter"/);
    expect(text).toContain('All others');
    expect(text).toContain('TotalCharges is missing');
    expect(text).toContain(`model v${modelId} Small`);
    for (const { action, why } of prediction.actions) {
      expect(text).toContain(action);
      expect(text).toContain(why.replaceAll("'", '&#39;'));
    }
    expect(text).not.toContain(' style=');
  });

  it('has reasons that add up with the two figures beside them', async () => {
    const whole = (p: number) => (p < 0.01 ? 0 : p > 0.99 ? 100 : Math.round(p * 100));
    for (const line of lines.slice(0, 12)) {
      const { id, probability, reasons } = await predicted(formOf(line));
      const { text } = await agent.get(`/customers/${id}`).expect(200);
      const shown = [...text.matchAll(/(?:raises|lowers) risk <\/span>([^<]*) points?</g)].map(([, words]) =>
        words === 'less than 1' ? 0 : Number(words!.replace('−', '-')),
      );
      expect(shown).toHaveLength(reasons.strongest.length + 1);
      expect(shown.reduce((sum, points) => sum + points, 0)).toBe(whole(probability) - whole(reasons.base));
    }
  });

  it('is the same to the last bit as that of a CSV file with the same customer', async () => {
    const csrf = await csrfToken(agent, '/account');
    const file = Buffer.from(`${[header.join(','), ...lines].join('\n')}\n`);
    const { headers } = await agent.post('/batches').field('_csrf', csrf).attach('file', file, 'same.csv');
    const id = Number(/\/batches\/(\d+)/.exec(headers['location']!)![1]);
    await runJobs(test.context);
    await agent.post(`/batches/${id}/scoring`).type('form').send({ _csrf }).expect(303);
    await runJobs(test.context);
    const batch = await listScores(test, { batch: id });
    expect(batch).toHaveLength(lines.length);
    for (const [i, fromFile] of batch.entries()) {
      const fromForm = await predicted(formOf(lines[i]!));
      expect(fromForm.probability).toBe(fromFile.probability);
      const { base, reasons, actions } = await detailsOf(test, fromFile);
      expect(fromForm.reasons).toEqual({ base, strongest: reasons });
      expect(fromForm.actions).toEqual(actions);
    }
  });

  it('is refused with a reason when the file of the model is gone', async () => {
    const broken = await createTestApp();
    await setUpOrganisation(broken);
    const id = await activateSmallModel(broken, ['contract', 'tenure']);
    await broken.context.db('models').update({ file: '../nowhere.holdfast', sha256: 'f'.repeat(64) });
    const admin = await signIn(broken, 'admin');
    const token = await csrfToken(admin, '/account');
    const form = { _csrf: token, model: String(id), f0: 'Two year', f1: '3' };
    const { text } = await admin.post('/predict').type('form').send(form).expect(409);
    expect(text).toContain('activate or train another model');
    await broken.close();
  });
});

describe('a what-if', () => {
  const latest = (customer: string) =>
    test.context.db('predictions').where({ customer_id: customer, is_latest: 1 }).pluck('id');

  it('begins with the values of the original and says how many points it differs, and why', async () => {
    const original = await predicted({
      ...formOf(lines[3]!, { Contract: 'Month-to-month', tenure: '4' }),
      customer: 'what-if',
    });
    const page = await agent.get(`/predict?from=${original.id}`).expect(200);
    expect(page.text).toContain('value="what-if"');
    expect(page.text).toContain('<option value="Month-to-month" selected>');

    const changed = formOf(lines[3]!, { Contract: 'Two year', tenure: '4' });
    const result = await predicted({ ...changed, customer: 'what-if', compared: String(original.id) });
    expect(result.source).toBe('what-if');
    expect(result.probability).not.toBe(original.probability);
    const { text } = await agent.get(`/customers/${result.id}?compared=${original.id}`);
    // As a reader would subtract the two percentages that are shown.
    const points = Math.round(result.probability * 100) - Math.round(original.probability * 100);
    expect(text).toContain(`<strong>−${-points} point`);
    expect(text).toMatch(/Contract<\/th>\s*<td[^>]*>Month-to-month<\/td>\s*<td[^>]*>Two year/);
    expect(text).not.toMatch(/Tenure<\/th>\s*<td[^>]*>4<\/td>/);
    expect(await latest('what-if')).toEqual([original.id]);
  });

  it('by another model is compared with that model’s score of the original', async () => {
    const other = await addCandidate(test, 'Other', ['Contract', 'tenure']);
    const values = { Contract: 'Month-to-month', tenure: '4' };
    const original = await predicted({ ...formOf(lines[3]!, values), customer: 'two models' });
    const ask = (tenure: string, more = {}) =>
      predicted({ _csrf, model: String(other.id), ...fieldsOf(other, { ...values, tenure }), ...more });
    const unchanged = await ask('4');
    const result = await ask('60', { compared: String(original.id) });
    const { text } = await agent.get(`/customers/${result.id}?compared=${original.id}`).expect(200);
    expect(text).toContain(`was scored by another model, v${modelId} Small`);
    const [before, after] = [unchanged, result].map(({ probability }) => Math.round(probability * 100));
    expect(text).toContain(`By this model it is at ${before} % unchanged`);
    expect(text).toContain(`the changes make <strong>−${before! - after!} point`);
    expect(text).toMatch(/Tenure<\/th>\s*<td[^>]*>4<\/td>\s*<td[^>]*>60/);
    expect(text).not.toMatch(/Contract<\/th>\s*<td[^>]*>Month/);
  });

  it.each([
    ['tenure', '-5', 'Tenure: enter 0 or more.'],
    ['MonthlyCharges', '-0.01', 'Monthly charges: enter 0 or more.'],
  ])('with an impossible %s of %s is refused', async (column, value, message) => {
    const { text } = await predict(formOf(lines[3]!, { [column]: value })).expect(422);
    expect(text).toContain(message);
    expect(text).toContain(`value="${value}"`);
  });

  it('outside the training range says so beside the probability', async () => {
    const result = await predicted(formOf(lines[3]!, { tenure: '500' }));
    const { text } = await agent.get(`/customers/${result.id}`).expect(200);
    expect(text).toMatch(
      /notice-warning">\s*<span><a href="#notes">1 note on this score<\/a>: tenure 500 is outside the training range/,
    );
  });

  it('counts only when somebody says that these are the new circumstances', async () => {
    const original = await predicted({ ...formOf(lines[4]!), customer: 'moved' });
    const form = { ...formOf(lines[4]!, { tenure: '60' }), customer: 'moved', compared: String(original.id) };
    const result = await predicted({ ...form, replace: 'yes' });
    expect(result.source).toBe('form');
    expect(await latest('moved')).toEqual([result.id]);
  });

  it('keeps what was chosen when something else must be corrected first', async () => {
    const original = await predicted({ ...formOf(lines[5]!), customer: 'kept' });
    const form = { ...formOf(lines[5]!, { tenure: 'x' }), compared: String(original.id), replace: 'yes' };
    const { text } = await predict(form).expect(422);
    expect(text).toContain(`name="compared" value="${original.id}"`);
    expect(text).toMatch(/name="replace" value="yes" checked/);
  });

  it('compared with nothing that is there is a prediction like any other', async () => {
    for (const compared of ['999999', 'abc', "1' OR 1=1", '-1'])
      expect((await predicted({ ...formOf(lines[6]!), compared })).source).toBe('form');
  });
});
