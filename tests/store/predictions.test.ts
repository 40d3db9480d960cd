import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleLatestCustomers } from '../../src/store/latest-customers.ts';
import { getModel } from '../../src/store/models.ts';
import {
  isModelUsed,
  noFilter,
  pageOfPredictions,
  probabilityHistogram,
  sumPredictions,
} from '../../src/store/predictions.ts';
import { activateSmallModel, createTestApp } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { addCandidate } from '../helpers/models.ts';
import { storeScores } from '../helpers/predictions.ts';

let test: TestApp;
let modelId: number;
beforeAll(async () => {
  test = await createTestApp();
  modelId = await activateSmallModel(test);
  await storeScores(test, await getModel(test.context.db, modelId), 50);
});
afterAll(() => test.close());

/** How SQLite does what `work` asks of the predictions, one line a step. */
async function plansOf(work: () => Promise<unknown>): Promise<string[]> {
  const { db } = test.context;
  const asked: { sql: string; bindings: readonly (string | number)[] }[] = [];
  const listen = (query: (typeof asked)[number]) => asked.push(query);
  db.on('query', listen);
  await work();
  db.removeListener('query', listen);
  const steps = await Promise.all(
    asked
      .filter(({ sql }) => sql.includes('predictions'))
      .map(({ sql, bindings }) => db.raw<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, [...bindings])),
  );
  return steps.flat().map(({ detail }) => detail);
}

describe('whether a model has scored anybody', () => {
  it('is known without a look at every score', async () => {
    const { db } = test.context;
    const plan = await plansOf(() => isModelUsed(db, modelId));
    expect(plan).toEqual(['SEARCH predictions USING INDEX predictions_model (model_id=?)']);
    expect(await isModelUsed(db, modelId)).toBe(true);
    expect(await isModelUsed(db, (await addCandidate(test, 'Idle', ['Contract'])).id)).toBe(false);
  });

  it('leaves the plans of lists, totals and samples as they were', async () => {
    const { db } = test.context;
    const population = { modelIds: [modelId], includesSample: false };
    const sort = { key: 'probability', descending: true } as const;
    for (const filter of [
      { ...noFilter, population },
      { ...noFilter, model: modelId },
    ]) {
      const plan = await plansOf(async () => {
        await pageOfPredictions(db, filter, sort, { page: 1, size: 50 });
        await sumPredictions(db, filter);
        await probabilityHistogram(db, filter, 20);
        await sampleLatestCustomers(db, { population, exceptBatches: [], most: 10 });
      });
      expect(plan.some((step) => step.includes('predictions_overview'))).toBe(true);
      expect(plan.filter((step) => step.includes('predictions_model'))).toEqual([]);
    }
    expect(await sumPredictions(db, { ...noFilter, population })).toMatchObject({ count: 50 });
    const nobody = { ...noFilter, population: { modelIds: [], includesSample: false } };
    expect((await pageOfPredictions(db, nobody, sort, { page: 1, size: 50 })).total).toBe(0);
  });
});
