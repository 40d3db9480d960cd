import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getModel } from '../../../src/store/models.ts';
import { isModelUsed } from '../../../src/store/score-files/usage.ts';
import { activateSmallModel, createTestApp } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import { isOnPostgres } from '../../helpers/database.ts';
import { addCandidate } from '../../helpers/models.ts';
import { storeBatch, storeScores } from '../../helpers/predictions.ts';
import { queryPlans } from '../../helpers/query-plans.ts';

let test: TestApp;
let modelId: number;
beforeAll(async () => {
  test = await createTestApp();
  modelId = await activateSmallModel(test);
  await storeScores(test, await getModel(test.context.db, modelId), 50);
});
afterAll(() => test.close());

describe('whether a model has been used for scoring', () => {
  it.skipIf(isOnPostgres)('is answered without a look at every score', async () => {
    const { db } = test.context;
    const plan = await queryPlans(db, () => isModelUsed(db, modelId));
    expect(plan).toEqual(['SEARCH predictions USING INDEX predictions_model (model_id=?)']);
  });

  it('is so where it scored a customer', async () => {
    const { db } = test.context;
    expect(await isModelUsed(db, modelId)).toBe(true);
    expect(await isModelUsed(db, (await addCandidate(test, 'Idle', ['Contract'])).id)).toBe(false);
  });

  it('is so where a score file refers to it', async () => {
    const { db } = test.context;
    const model = await addCandidate(test, 'Batches only', ['Contract']);
    const batchId = await storeBatch(test, model.id, 5);
    expect(await isModelUsed(db, model.id)).toBe(false);
    await storeScores(test, model, 5, { batchId });
    expect(await isModelUsed(db, model.id)).toBe(true);
  });
});
