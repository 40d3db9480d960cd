import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findScore } from '../../../src/domain/scoring/customer-record.ts';
import { findAlternatives } from '../../../src/domain/scoring/alternatives.ts';
import { predictCustomer, scoreForm } from '../../../src/domain/scoring/one-customer.ts';
import { storeModel, trainOnTable } from '../../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../../src/domain/training/table.ts';
import { activateModel } from '../../../src/store/models.ts';
import { getSettings } from '../../../src/store/settings.ts';
import { createTestApp, customersCsv, setUpOrganisation } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import { scoreStore } from '../../helpers/scores.ts';
import { planOf } from '../../helpers/plan.ts';

let test: TestApp;
let modelId: number;
let user: Awaited<ReturnType<typeof setUpOrganisation>>;
beforeAll(async () => {
  test = await createTestApp();
  user = await setUpOrganisation(test);
  const details = new Map([['Contract', { actionable: true, title: 'Contract term' }]]);
  const plan = { ...planOf(['logistic'], 1, { only: ['Contract', 'tenure', 'MonthlyCharges'] }), details };
  const model = trainOnTable(readTrainingTable(customersCsv(1_000, 7, true)), plan, () => undefined);
  const { db, config } = test.context;
  modelId = await storeModel(db, config.modelsDir, model, {
    name: 'Small',
    datasetId: null,
    isSample: false,
  });
  await activateModel(db, modelId);
});
afterAll(() => test.close());

/** Scores a customer by the form and asks for alternatives. */
async function ask(contract: string, tenure: string) {
  const { db, config } = test.context;
  const values = { f0: contract, f1: tenure, f2: '95' };
  const result = await predictCustomer(scoreStore(test), user, { modelId, values }, (form) =>
    scoreForm(scoreStore(test), config.modelsDir, form),
  );
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  const prediction = (await findScore({ db, folder: config.uploadsDir }, result.id))!;
  return { prediction, ...(await findAlternatives(db, config.modelsDir, prediction, await getSettings(db))) };
}

describe('changes that take a customer below a risk level', () => {
  it('changes only what an analyst marked as changeable, and by its plain name', async () => {
    const { prediction, below, changeable, found } = await ask('Month-to-month', '1');
    expect(prediction.riskLevel).not.toBe('low');
    expect(changeable).toEqual(['Contract term']);
    expect(found.length).toBeGreaterThan(0);
    for (const { changes, probability } of found) {
      expect(changes).toEqual([
        { feature: 'Contract term', from: 'Month-to-month', to: expect.stringMatching(/year/) as string },
      ]);
      expect(probability).toBeLessThan(below!);
    }
  });

  it('is nothing for a customer at low risk', async () => {
    const { below, found } = await ask('Two year', '70');
    expect([below, found]).toEqual([null, []]);
  });
});
