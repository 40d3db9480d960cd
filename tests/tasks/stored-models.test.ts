/** Stored models are read, decoded and asked in threads of their own, however large they are. */
import { appendFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { formFields, notKnown } from '../../src/domain/scoring/one-customer.ts';
import { storeModel, trainOnTable } from '../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../src/domain/training/table.ts';
import type { Model } from '../../src/ml/model/model.ts';
import { joinTrees } from '../../src/ml/tree/predict.ts';
import { activateModel, getModel } from '../../src/store/models.ts';
import type { ModelRecord } from '../../src/store/models.ts';
import { startTaskPool } from '../../src/tasks/task-pool.ts';
import { lanes } from '../../src/tasks/tasks.ts';
import { createTestApp, customersCsv, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { postForm } from '../helpers/datasets.ts';
import type { Agent } from '../helpers/datasets.ts';
import { addCandidate } from '../helpers/models.ts';
import { planOf } from '../helpers/plan.ts';
import { storeScores } from '../helpers/predictions.ts';

const megabyte = 1024 * 1024;
let test: TestApp;
let admin: Agent;
let large: ModelRecord;
beforeAll(async () => {
  test = await createTestApp({}, startTaskPool);
  await setUpOrganisation(test);
  admin = await signIn(test, 'admin');
  const { db, config } = test.context;
  const id = await storeModel(db, config.modelsDir, largeForest(), {
    name: 'Large',
    datasetId: null,
    isSample: false,
  });
  await activateModel(db, id);
  large = await getModel(db, id);
  // The threads of the pages start before anything is measured.
  await Promise.all([admin.get('/customers'), admin.get('/customers')]);
});
afterAll(() => test.close());

/** The trees of a small forest, so often that the file is as large as that of a million customers. */
function largeForest(): Model {
  const details = new Map([['Contract', { actionable: true }]]);
  const plan = { ...planOf(['forest'], 1, { only: ['Contract', 'tenure', 'MonthlyCharges'] }), details };
  const model = trainOnTable(readTrainingTable(customersCsv(600, 7, true)), plan, () => undefined);
  const { estimator } = model;
  if (estimator.family !== 'forest') throw new Error('A forest was asked for.');
  const { trees } = estimator.model;
  const times = Math.ceil((45 * megabyte) / (trees.feature.length * 34));
  const many = joinTrees(Array<typeof trees>(times).fill(trees), trees.featureCount);
  return { ...model, estimator: { ...estimator, model: { ...estimator.model, trees: many } } };
}

const answers: Readonly<Record<string, string>> = {
  Contract: 'Month-to-month',
  tenure: '1',
  MonthlyCharges: '95',
};
function predict(model: ModelRecord) {
  const typed = formFields(model).map(({ name, feature }) => [name, answers[feature.name] ?? notKnown]);
  return postForm(admin, '/predict', {
    model: String(model.id),
    ...(Object.fromEntries(typed) as Record<string, string>),
  });
}

/**
 * The work while a thread has to read the model anew; how much of that time the thread that answers was busy, and how
 * many others it answered.
 */
async function whileReading<T>(work: () => PromiseLike<T>) {
  const now = new Date();
  utimesSync(join(test.context.config.modelsDir, large.file), now, now);
  const [before, start] = [performance.eventLoopUtilization(), performance.now()];
  let isAnswered = false as boolean;
  let others = 0;
  const asked = Promise.resolve(work()).finally(() => (isAnswered = true));
  while (!isAnswered) {
    await admin.get('/health/live').expect(200);
    others++;
    await new Promise((resume) => setTimeout(resume, 20));
  }
  const answer = await asked;
  const { utilization } = performance.eventLoopUtilization(before);
  return { answer, others, utilization, ms: performance.now() - start };
}

describe('a stored model of 45 MB', () => {
  it('leaves out a part that takes too long, not the page', async () => {
    const { db, config } = test.context;
    const hasty = startTaskPool(config, { ...lanes, model: { ...lanes.model, withinMs: 1 } });
    const app = createApp({ ...test.context, tasks: hasty });
    const [prediction] = await storeScores(test, large, 1);
    await db('predictions').update({ risk_level: 'high' });
    const agent = await signIn({ ...test, app }, 'viewer');
    const { text } = await agent.get('/customers/1').expect(200);
    expect(text).toContain('could not be computed in time');
    expect(text).toContain(`${Math.round(prediction!.probability * 100)} %`);
    await hasty.stop();
  });

  it('predicts, finds alternatives and tries rules without keeping the web thread busy', async () => {
    const { config } = test.context;
    expect(statSync(join(config.modelsDir, large.file)).size).toBeGreaterThan(40 * megabyte);
    const prediction = await whileReading(() => predict(large));
    expect(prediction.answer.status).toBe(303);
    const path = prediction.answer.headers['location']!;
    const page = await whileReading(() => admin.get(path).expect(200));
    expect(page.answer.text).toContain('What would reduce the churn probability below');
    const id = path.split('/').pop();
    const trial = await whileReading(() => admin.get(`/settings/rules/test?prediction=${id}`).expect(200));
    for (const { others, utilization, ms } of [prediction, page, trial]) {
      expect(ms).toBeGreaterThan(100);
      expect(others).toBeGreaterThan(3);
      expect(utilization).toBeLessThan(0.7);
    }
  });

  it('is refused with a reason when its file was changed or is gone after a thread had read it', async () => {
    const { config } = test.context;
    appendFileSync(join(config.modelsDir, large.file), 'x');
    const changed = await predict(large);
    expect([changed.status, changed.text.includes('not the one that was trained')]).toEqual([409, true]);
    rmSync(join(config.modelsDir, large.file));
    const gone = await predict(large);
    expect([gone.status, gone.text.includes('missing or cannot be read')]).toEqual([409, true]);
    const small = await addCandidate(test, 'Small', ['Contract', 'tenure']);
    expect((await predict(small)).status).toBe(303);
  });
});
