import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type request from 'supertest';
import { addDays, today } from '../../../src/domain/campaigns/days.ts';
import { makeChallenger } from '../../../src/domain/models/registry.ts';
import { readLiveFiles } from '../../../src/domain/monitoring/live.ts';
import type { LiveFile } from '../../../src/domain/monitoring/live.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { insertActions } from '../../../src/store/actions.ts';
import { insertOutcomes } from '../../../src/store/outcomes.ts';
import {
  activateSmallModel,
  createTestApp,
  customersCsv,
  setUpOrganisation,
  signIn,
} from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import { addCandidate, scoreFile } from '../../helpers/models.ts';
import { scoreStore } from '../../helpers/scores.ts';

const day = today('UTC', Date.now());
const scoredOn = addDays(day, -100);
const customers = 400;

let test: TestApp;
let agent: ReturnType<typeof request.agent>;
let modelId: number;
let batchId: number;
let scores: ReadonlyMap<string, number>;
let challengerId: number;
beforeAll(async () => {
  test = await createTestApp();
  const { db, config } = test.context;
  const user = await setUpOrganisation(test);
  modelId = await activateSmallModel(test);
  challengerId = (await addCandidate(test, 'Other', ['tenure'])).id;
  await makeChallenger(db, config.modelsDir, user, challengerId);
  agent = await signIn(test, 'admin');
  ({ id: batchId, scores } = await scoreFile(test, agent, customersCsv(customers, 31)));
  await db('batches')
    .where({ id: batchId })
    .update({ scores_at: `${scoredOn}T12:00:00.000Z` });
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.context.db('customer_outcomes').delete();
  await test.context.db('actions').delete();
});

const read = async (days = 90): Promise<LiveFile> => {
  const request = { modelId, threshold: 0.5, challengerId, days };
  const [file] = await readLiveFiles(scoreStore(test), request);
  return file!;
};

/** As likely as the model says, on a day after the score; who stays is seen at the end. */
async function recordOutcomes(seenAfter: number): Promise<number> {
  const random = createRandom(8);
  const outcomes = [...scores].map(([customerId, p]) => {
    const hasLeft = random.next() < p;
    return { customerId, hasLeft, seenOn: addDays(scoredOn, hasLeft ? 20 : seenAfter) };
  });
  await insertOutcomes(test.context.db, { outcomes, source: 'outcomes.csv', userId: 1 });
  return outcomes.filter(({ hasLeft }) => hasLeft).length;
}

it('compares scores with what became of the customers', async () => {
  const left = await recordOutcomes(95);
  const { outcome, endsOn, ...file } = await read();
  expect(file).toEqual({ batchId, name: 'customers.csv', scoredOn });
  expect(endsOn).toBe(addDays(scoredOn, 90));
  expect(outcome).toMatchObject({ known: customers, left, contacted: 0 });
  const expected = [...scores.values()].reduce((sum, p) => sum + p, 0);
  expect(outcome?.expectedLeft).toBeCloseTo(expected, 9);
  expect(outcome!.rate.low * customers).toBeLessThan(expected);
  expect(outcome!.rate.high * customers).toBeGreaterThan(expected);
  expect(outcome?.figures?.metrics.rocAuc).toBeGreaterThan(0.75);
});

it('waits until the time is over, since those who leave early are known first', async () => {
  await recordOutcomes(95);
  expect((await read(180)).outcome).toBeNull();
});

it('knows nothing of customers who were last seen before the end', async () => {
  const left = await recordOutcomes(40);
  expect((await read()).outcome).toMatchObject({ known: left, left, figures: null });
});

it('leaves out customers who were contacted in that time', async () => {
  await recordOutcomes(95);
  const contacted = [...scores.keys()].slice(0, 50);
  const actions = contacted.map((customerId) => ({
    ...{ customerId, action: 'Call', campaignId: null, ownerId: null, dueOn: day },
  }));
  await insertActions(test.context.db, actions, 1);
  await test.context.db('actions').update({ created_at: `${addDays(scoredOn, 5)}T08:00:00.000Z` });
  expect((await read()).outcome).toMatchObject({ known: customers - 50, contacted: 50 });
});

it('compares the challenger on the same customers', async () => {
  await recordOutcomes(95);
  const { outcome } = await read();
  // Tenure alone ranks worse than all columns.
  expect(outcome?.challenger?.value).toBeLessThan(0);
  expect(outcome?.challenger?.low).toBeLessThan(outcome!.challenger!.high);
});

it('has no figures without outcomes', async () => {
  expect((await read()).outcome).toMatchObject({ known: 0, left: 0, figures: null, challenger: null });
});
