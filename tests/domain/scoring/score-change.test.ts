import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CustomerScore } from '../../../src/domain/scoring/customer-record.ts';
import { explainChange } from '../../../src/domain/scoring/score-change.ts';
import { activateModel } from '../../../src/store/models.ts';
import type { ModelRecord } from '../../../src/store/models.ts';
import { createTestApp, setUpOrganisation, signIn } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import { postForm } from '../../helpers/datasets.ts';
import type { Agent } from '../../helpers/datasets.ts';
import { addCandidate, scoreFile } from '../../helpers/models.ts';
import { listScores, scoreStore } from '../../helpers/scores.ts';

const header = 'customerID,tenure,MonthlyCharges,Contract';
const may = `${header}\nmoved,4,70,Month-to-month\nsame,30,50,One year\ngone,1,90,Month-to-month\n`;
const june = `${header}\nmoved,5,,Two year\nsame,30,50,One year\nnew,12,80,One year\n`;

let test: TestApp;
let analyst: Agent;
let models: { readonly old: ModelRecord; readonly new: ModelRecord };
let batches: number[];
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  analyst = await signIn(test, 'analyst');
  models = {
    old: await addCandidate(test, 'Old', ['tenure', 'MonthlyCharges', 'Contract']),
    new: await addCandidate(test, 'New', ['tenure', 'MonthlyCharges']),
  };
  await activateModel(test.context.db, models.old.id);
  batches = [(await scoreFile(test, analyst, may)).id, (await scoreFile(test, analyst, june)).id];
  await activateModel(test.context.db, models.new.id);
  batches.push((await scoreFile(test, analyst, june)).id);
});
afterAll(() => test.close());

const scoreOf = async (customerId: string, batch: number): Promise<CustomerScore> =>
  (await listScores(test, { batch: batches[batch]! })).find((score) => score.customerId === customerId)!;
const changeOf = (score: CustomerScore) =>
  explainChange(scoreStore(test), test.context.config.modelsDir, score);
const pageOf = async ({ id }: CustomerScore): Promise<string> =>
  (await analyst.get(`/customers/${id}`).expect(200)).text.replace(/\s+/g, ' ');

describe('why the score of a customer changed', () => {
  it('is said of the score before, whose model and inputs are computed again', async () => {
    const [first, second] = [await scoreOf('moved', 0), await scoreOf('moved', 1)];
    const { earlier, split, problem } = await changeOf(second);
    expect([earlier?.id, problem]).toEqual([first.id, null]);
    expect(split!.model).toBe(0);
    expect(split!.customer + split!.quality).toBeCloseTo(second.probability - first.probability, 12);
    expect(new Map(split!.columns.map(({ name, kind }) => [name, kind]))).toEqual(
      new Map([
        ['tenure', 'customer'],
        ['Contract', 'customer'],
        ['MonthlyCharges', 'quality'],
      ]),
    );
  });

  it('is the model alone where another model scores the same file', async () => {
    const [second, third] = [await scoreOf('moved', 1), await scoreOf('moved', 2)];
    const { earlier, split } = await changeOf(third);
    expect(earlier?.id).toBe(second.id);
    expect(split).toMatchObject({ customer: 0, quality: 0, columns: [], notShared: ['Contract'] });
    expect(split!.model).toBeCloseTo(third.probability - second.probability, 12);
  });

  it('stands on the page, with the three parts and the columns', async () => {
    const page = await pageOf(await scoreOf('moved', 1));
    expect(page).toContain('Why the score changed');
    expect(page).toContain(`href="/customers/${(await scoreOf('moved', 0)).id}"`);
    for (const part of ['Customer', 'Data quality', 'Model'])
      expect(page).toContain(`<th scope="row">${part}</th>`);
    expect(page).toContain('Contract: Month-to-month → Two year');
    expect(page).toContain('Monthly charges: 70 → blank (data quality)');
    expect(page).toContain('The same model made both scores.');
    const next = await pageOf(await scoreOf('moved', 2));
    expect(next).toContain(`by model ${models.old.label}, this one by ${models.new.label}.`);
    expect(next).toContain('Only one of the models uses Contract');
  });

  it('is nothing where nothing changed', async () => {
    const { split } = await changeOf(await scoreOf('same', 1));
    expect(split).toMatchObject({ customer: 0, quality: 0, model: 0, columns: [] });
    expect(await pageOf(await scoreOf('same', 1))).toContain('as before');
  });

  it('is not said of a first score, and the page says that there is none before it', async () => {
    expect(await changeOf(await scoreOf('new', 1))).toEqual({ earlier: null, split: null, problem: null });
    expect(await pageOf(await scoreOf('new', 1))).toContain('No earlier score of this customer is stored');
  });
});

describe('what is gone', () => {
  it.each([
    ['the earlier score', 'old'],
    ['this score', 'new'],
  ] as const)('is named where it is the model of %s', async (which, name) => {
    const path = join(test.context.config.modelsDir, models[name].file);
    const third = await scoreOf('moved', 2);
    renameSync(path, `${path}.away`);
    const change = await changeOf(third);
    const page = await pageOf(third);
    renameSync(`${path}.away`, path);
    expect(change.split).toBeNull();
    expect(change.problem).toContain(`the model of ${which}, ${models[name].label}, was removed`);
    expect(page).toContain(change.problem);
    expect(page).toContain('Since <a href=');
  });

  it('is left out where it is a score: the one before it counts', async () => {
    const { db } = test.context;
    await db('batches').where({ id: batches[1]! }).update({ scores_problem: 'gone' });
    const { earlier } = await changeOf(await scoreOf('moved', 2));
    await db('batches').where({ id: batches[1]! }).update({ scores_problem: null });
    expect(earlier?.id).toBe((await scoreOf('moved', 0)).id);
  });
});

describe('a what-if', () => {
  it('has no change of its own, and no score is compared with it', async () => {
    const { id } = await scoreOf('moved', 2);
    const values = {
      customer: 'moved',
      f0: '60',
      f1: '20',
      monthlyValue: '20',
      model: String(models.new.id),
    };
    const whatIf = await postForm(analyst, '/predict', { ...values, compared: String(id) });
    const text = await analyst.get(whatIf.headers['location']!).expect(200);
    expect(text.text).toContain('What-if');
    expect(text.text).not.toContain('Why the score changed');

    const single = await postForm(analyst, '/predict', values);
    const page = (await analyst.get(single.headers['location']!).expect(200)).text;
    expect(page).toContain(`Since <a href="/customers/${id}"`);
  });
});
