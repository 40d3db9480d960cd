import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModelFile } from '../../src/domain/models/files.ts';
import { scoreInputs } from '../../src/domain/models/promotion-tests.ts';
import { tryRules } from '../../src/domain/retention/rule-trial.ts';
import { getModel } from '../../src/store/models.ts';
import { insertRule, listRules } from '../../src/store/retention-rules.ts';
import type { PredictionFilter } from '../../src/store/prediction-filters.ts';
import { activateSmallModel, createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { postForm } from '../helpers/datasets.ts';
import type { Agent } from '../helpers/datasets.ts';
import { scoreFile } from '../helpers/models.ts';
import { blankRuleFields, newRule } from '../helpers/rules.ts';
import { listScores } from '../helpers/scores.ts';

const file = [
  'customerID;tenure;MonthlyCharges;Contract',
  'small;1,5;70,35;one YEAR ',
  'grouped;12;1.234,50;Two year',
  'unknown;3;n/a;One year',
].join('\n');

let test: TestApp;
let analyst: Agent;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  await activateSmallModel(test, ['tenure', 'MonthlyCharges', 'Contract']);
  analyst = await signIn(test, 'analyst');
  await scoreFile(test, analyst, file);
});
afterAll(() => test.close());

const list = (filter: Partial<PredictionFilter> = {}) => listScores(test, filter);
const found = async (filter: Partial<PredictionFilter>) =>
  (await list(filter)).map(({ customerId }) => customerId);

describe('a file with decimal commas', () => {
  it('is stored as the numbers and levels that the model read', async () => {
    expect((await list()).map(({ inputs }) => inputs)).toEqual([
      { tenure: 1.5, MonthlyCharges: 70.35, Contract: 'One year' },
      { tenure: 12, MonthlyCharges: 1234.5, Contract: 'Two year' },
      { tenure: 3, MonthlyCharges: null, Contract: 'One year' },
    ]);
  });

  it('gives every customer the value that the column says, where it says one', async () => {
    expect((await list()).map(({ monthlyValue }) => monthlyValue)).toEqual([70.35, 1234.5, null]);
  });

  it('is filtered by those values: a blank is in no interval', async () => {
    expect(await found({ column: 'MonthlyCharges', to: 100 })).toEqual(['small']);
    expect(await found({ column: 'MonthlyCharges', from: 0 })).toEqual(['small', 'grouped']);
    expect(await found({ column: 'Contract', level: 'One year' })).toEqual(['small', 'unknown']);
    expect(await found({ column: 'MonthlyCharges', level: '' })).toEqual(['unknown']);
    expect(await found({ column: 'Contract', to: 100 })).toEqual([]);
  });

  it('meets rules with those values', async () => {
    const { db, config } = test.context;
    const attributes = [{ column: 'MonthlyCharges', operator: 'above' as const, value: '1000' }];
    const id = await insertRule(
      db,
      newRule({ cost: 1, saveRate: 0.5, position: 90, conditions: { attributes } }),
    );
    const answers = [];
    for (const prediction of await list()) {
      const trials = await tryRules(db, config.modelsDir, prediction);
      answers.push(trials.find((trial) => trial.rule.id === id)?.whyNot);
    }
    expect(answers).toEqual(["MonthlyCharges is '70.35'", null, 'MonthlyCharges is missing']);
  });

  it('is scored again by a preview, a test and a challenger as it was the first time', async () => {
    const { db, config } = test.context;
    const rows = await list();
    const model = await readModelFile(config.modelsDir, await getModel(db, rows[0]!.modelId!));
    expect(
      scoreInputs(
        model,
        rows.map(({ inputs }) => inputs),
      ),
    ).toEqual(rows.map(({ probability }) => probability));
  });

  it('fills the form, and its page and its reasons say what was read', async () => {
    const [small] = await list();
    const { text: form } = await analyst.get(`/predict?from=${small!.id}`).expect(200);
    expect(form).toMatch(/name="f\d"[^>]*value="70.35"/);
    expect(form).toMatch(/<option value="One year" selected>/);
    const { text: page } = await analyst.get(`/customers/${small!.id}`).expect(200);
    expect(page).toMatch(/Monthly charges<\/dt><dd>70.35/);
    expect(small!.reasons).toContainEqual(
      expect.objectContaining({ feature: 'MonthlyCharges', value: 70.35 }),
    );
  });
});

describe('a number without bound', () => {
  const reasons = async (rows: readonly string[]) => {
    const csv = ['customerID,tenure,MonthlyCharges,Contract', ...rows].join('\n');
    const { id } = await scoreFile(test, analyst, csv);
    const { text } = await analyst.get(`/batches/${id}/files/rejected.csv`).expect(200);
    return { id, text };
  };

  it('rejects its row, naming the limit, and no total knows of it', async () => {
    const { id, text } = await reasons([
      'fine,3,70.35,One year',
      'huge,1e308,70.35,One year',
      'long,12345678901234567890,70.35,One year',
      'rich,3,1e12,One year',
    ]);
    expect(text).toContain("tenure: found '1e308', expected a number of at most 15 digits");
    expect(text).toContain("tenure: found '12345678901234567890', expected a number of at most 15 digits");
    expect(text).toContain("MonthlyCharges: found '1e12', expected an amount of at most nine digits");
    const rows = await list({ batch: id });
    expect(rows.map(({ customerId, monthlyValue }) => [customerId, monthlyValue])).toEqual([['fine', 70.35]]);
  });

  it.each([
    ['/settings/rules', { column0: 'tenure', operator0: 'above', value0: '1e308', cost: '1' }, /value0/],
    ['/settings/rules', { cost: '1e308' }, /cost/],
    ['/predict', { model: '1', f0: '1e308' }, /at most 15 digits/],
  ])('is refused by the form at %s: %j', async (path, fields, words) => {
    const answer = await postForm(analyst, path, fields);
    expect(answer.status).toBe(422);
    expect(answer.text).toMatch(words);
  });

  it('is left out of the address of a list', async () => {
    await analyst.get('/customers?column=tenure&from=1e308').expect(200);
  });
});

describe('a rule', () => {
  it('keeps the number that was typed as it was read', async () => {
    const answer = await postForm(analyst, '/settings/rules', {
      action: 'Write',
      why: 'Because',
      cost: '1',
      saveRate: '10',
      position: '1',
      high: 'yes',
      ...blankRuleFields,
      column0: 'MonthlyCharges',
      operator0: 'above',
      value0: '29,8',
    });
    expect(answer.headers['location']).toBe('/settings/rules');
    const rules = await listRules(test.context.db);
    const rule = rules.find(({ action }) => action === 'Write');
    expect(rule!.conditions.attributes).toEqual([
      { column: 'MonthlyCharges', operator: 'above', value: '29.8' },
    ]);
  });
});
