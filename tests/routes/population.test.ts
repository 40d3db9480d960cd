import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentPopulation } from '../../src/domain/analytics/population.ts';
import { getModel } from '../../src/store/models.ts';
import type { ModelRecord } from '../../src/store/models.ts';
import { noFilter } from '../../src/store/prediction-filters.ts';
import { countPredictions } from '../../src/store/score-files/totals.ts';
import {
  activateSmallModel,
  createTestApp,
  customersCsv,
  setUpOrganisation,
  signIn,
} from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { bankCsv } from '../helpers/bank.ts';
import { postForm } from '../helpers/datasets.ts';
import type { Agent } from '../helpers/datasets.ts';
import { addCandidate, scoreFile, scoreFileWith } from '../helpers/models.ts';
import { scoreStore } from '../helpers/scores.ts';

let test: TestApp;
let admin: Agent;
let telco: ModelRecord;
let bank: ModelRecord;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  telco = await getModel(test.context.db, await activateSmallModel(test));
  bank = await addCandidate(test, 'Bank', null, bankCsv(300, 3));
  admin = await signIn(test, 'admin');
});
afterAll(() => test.close());

const shown = async () => {
  const { model, filter } = await currentPopulation(test.context.db);
  return [model?.id, await countPredictions(scoreStore(test), { ...noFilter, population: filter })];
};
const page = async (path: string) => (await admin.get(path).expect(200)).text;

describe('one population at a time', () => {
  it('is the sample until the first file of one’s own is scored', async () => {
    const { id } = await scoreFile(test, admin, customersCsv(120, 21));
    await test.context.db('batches').where({ id }).update({ is_sample: 1 });
    expect(await shown()).toEqual([telco.id, 120]);
    expect(await page('/')).toContain('Sample data.');

    await scoreFile(test, admin, customersCsv(50, 22).replaceAll(/^(\d{4}-\w+)/gm, 'own-$1'));
    expect(await shown()).toEqual([telco.id, 50]);
    const home = await page('/');
    expect(home).not.toContain('Sample data.');
    expect(home).toContain('of 50 scored');
    expect(await page('/customers')).toContain('50 customers');
    expect(await page('/analytics')).toContain('50 customers');
    expect((await page('/customers.csv')).trimEnd().split('\n')).toHaveLength(51);
    expect(await page(`/customers?batch=${id}`)).toContain('120 customers');
  });

  it('does not mix scores of models that look at other columns', async () => {
    const { id } = await scoreFileWith(test, admin, bank, bankCsv(40, 5, false));
    expect(await shown()).toEqual([telco.id, 50]);
    for (const path of ['/', '/analytics', '/customers'])
      expect(await page(path)).toContain(`Customers scored by ${bank.label} are not counted here`);

    const analytics = await page(`/analytics?batch=${id}`);
    expect(analytics).toContain(`columns of model ${bank.label}`);
    expect(analytics).not.toContain('are not counted here');
    expect(await page(`/customers?model=${bank.id}`)).toContain('40 customers');
  });

  it('turns to the customers of the model that is activated', async () => {
    expect((await postForm(admin, `/models/${bank.id}/activation`)).status).toBe(303);
    expect(await shown()).toEqual([bank.id, 40]);
    expect(await page('/')).toContain('of 40 scored');
    expect(await page('/')).toContain(`Customers scored by ${telco.label} are not counted here`);
  });
});
