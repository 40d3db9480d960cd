import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { optionsFor, TrainingOptions } from '../../src/domain/training/options.ts';
import { cancelTraining, trainLater } from '../../src/domain/training/queue.ts';
import { done } from '../../src/domain/jobs/steps.ts';
import { handlers } from '../../src/jobs/handlers.ts';
import { runJob } from '../../src/jobs/run-job.ts';
import { listEvents } from '../../src/store/audit.ts';
import type { Dataset } from '../../src/store/datasets.ts';
import { claimJob, findJob, finishJob, listOpenJobs } from '../../src/store/jobs.ts';
import { findActiveModel, getModel, listModels } from '../../src/store/models.ts';
import { getTraining } from '../../src/store/trainings.ts';
import { activateSmallModel, createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { bankCsv } from '../helpers/bank.ts';
import { bringDataset, errorsOf, postForm } from '../helpers/datasets.ts';
import type { Agent, Fields } from '../helpers/datasets.ts';
import { runJobs } from '../helpers/work.ts';

const ada = { id: 1, email: 'ada@example.com', name: 'Ada', role: 'admin', theme: 'system' } as const;

let test: TestApp;
let agent: Agent;
let bank: Dataset;
let activeId: number;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  activeId = await activateSmallModel(test);
  agent = await signIn(test, 'analyst');
  bank = await bringDataset(test, agent, bankCsv(400, 3));
});
afterAll(() => test.close());

const page = async (path: string) => (await agent.get(path).expect(200)).text;
const post = (path: string, fields: Fields = {}) => postForm(agent, path, fields);
const modelFiles = () => readdirSync(test.context.config.modelsDir);
const place = (name: string) => bank.columns.findIndex((column) => column.name === name);
const stored = (id: number) => getTraining(test.context.db, id);
const eventsOf = (action: string) =>
  listEvents(test.context.db, { action, userId: null, from: null, to: null }, 50, 0);

/** One small fit, as an expert would ask for it. */
const small: Fields = {
  ...{ name: 'Bank, small', effort: 'expert', 'family-logistic': 'yes', imbalance: 'weights' },
  ...{ folds: '2', seed: '7', budget: '10', 'logistic.l2': '2,5' },
};

/** Queues a training through the form; gives its id. */
async function start(fields: Fields, { id }: Dataset = bank): Promise<number> {
  const answer = await post(`/datasets/${id}/training`, fields);
  const [, training] = /^\/trainings\/(\d+)$/.exec(answer.headers['location'] ?? '') ?? [];
  if (training === undefined) throw new Error(`${answer.status}: ${errorsOf(answer.text).join(' ')}`);
  return Number(training);
}

describe('a training', () => {
  it('waits, is fitted in a thread of its own, and becomes a candidate beside the active model', async () => {
    const id = await start({ ...small, [`drop-${place('Balance')}`]: 'yes' });
    const waiting = await page(`/trainings/${id}`);
    expect(waiting).toMatch(/Waiting\.<\/strong> It starts in a moment/);
    expect(waiting).toContain('reload-page');
    await runJobs(test.context);

    const { state, modelId, error } = await stored(id);
    expect([state, error]).toEqual(['done', null]);
    const model = await getModel(test.context.db, modelId!);
    expect(model).toMatchObject({ state: 'candidate', family: 'logistic', datasetId: bank.id });
    const names = model.schema.features.map(({ name }) => name);
    expect(names).toContain('Age');
    for (const left of ['Balance', 'CustomerId', 'RowNumber', 'Surname', 'Exited'])
      expect(names).not.toContain(left);
    expect((await findActiveModel(test.context.db))?.id).toBe(activeId);
    expect(modelFiles()).toContain(model.file);

    expect(await page(`/trainings/${id}`)).toContain(`/models/${modelId!}`);
    expect(await page('/trainings')).toMatch(/Bank, small[\s\S]*Done/);
    expect(await page(`/datasets/${bank.id}`)).toContain('Training runs on this dataset');
    for (const action of ['training.started', 'training.finished'])
      expect(await eventsOf(action)).toHaveLength(1);
  });

  it('stores what an expert asked for, and nothing of it otherwise', async () => {
    const expert = await stored(await start(small));
    expect(expert.plan).toEqual({
      ...{ effort: 'expert', families: ['logistic'], params: { logistic: { l2: 2.5 } } },
      ...{ imbalance: 'weights', folds: 2, seed: 7, budget: 10, drop: [] },
    });
    const quick = await stored(await start({ ...small, effort: 'quick' }));
    const anySeed = { seed: expect.any(Number) as number };
    expect(quick.plan).toEqual({ ...optionsFor('quick'), ...anySeed });
    const thorough = await stored(await start({ ...small, effort: 'thorough' }));
    expect(thorough.plan).toEqual({ ...optionsFor('thorough'), ...anySeed });
    for (const { id } of [expert, quick, thorough]) await post(`/trainings/${id}/cancellation`);
  });

  it('puts other rows aside each time, by a seed that its plan and model keep', async () => {
    const seedOf = async (id: number) => TrainingOptions.parse((await stored(id)).plan).seed;
    const ids = [await start({ ...small, effort: 'quick' }), await start({ ...small, effort: 'quick' })];
    const [first, second] = [await seedOf(ids[0]!), await seedOf(ids[1]!)];
    expect(first).not.toBe(second);
    const offered = async () =>
      /name="seed"[^>]*value="(\d+)"/.exec(await page(`/datasets/${bank.id}/training`))![1];
    expect(await offered()).not.toBe(await offered());
    await post(`/trainings/${ids[1]!}/cancellation`);
    await runJobs(test.context);
    const { modelId } = await stored(ids[0]!);
    expect((await getModel(test.context.db, modelId!)).provenance.seed).toBe(first);
    // Taken up again it is the training that was planned.
    await post(`/trainings/${ids[1]!}/resumption`);
    expect(await seedOf(ids[1]!)).toBe(second);
    await post(`/trainings/${ids[1]!}/cancellation`);
  });

  it('takes the usual value for a field that was emptied, and a new seed each time', async () => {
    const cleared = { ...small, seed: '', folds: ' ', budget: '' };
    const ids = [await start(cleared), await start({ ...cleared, seed: '  ' })];
    const plans = [];
    for (const id of ids) {
      plans.push(TrainingOptions.parse((await stored(id)).plan));
      await post(`/trainings/${id}/cancellation`);
    }
    const { folds, budget } = optionsFor('quick');
    for (const plan of plans) expect(plan).toMatchObject({ folds, budget, families: ['logistic'] });
    const seeds = plans.map(({ seed }) => seed);
    expect(seeds).not.toContain(0);
    expect(new Set(seeds).size).toBe(2);
  });

  it('is one of several that wait in line', async () => {
    const [first, second] = [await start(small), await start({ ...small, name: 'Second' })];
    expect(await page(`/trainings/${second}`)).toContain('1 training stands before it.');
    expect(await listOpenJobs(test.context.db)).toHaveLength(2);
    for (const id of [first, second]) await post(`/trainings/${id}/cancellation`);
  });

  it('is kept for who may train', async () => {
    const viewer = await signIn(test, 'viewer');
    for (const path of [`/datasets/${bank.id}/training`, '/trainings', '/trainings/1'])
      expect((await viewer.get(path)).status, path).toBe(403);
    expect((await postForm(viewer, `/datasets/${bank.id}/training`, small)).status).toBe(403);
    await agent.get('/trainings/99999').expect(404);
    await agent.get('/datasets/99999/training').expect(404);
  });
});

describe('the form', () => {
  it('says what is known, what it will take, and ticks the columns that give the answer away', async () => {
    const text = await page(`/datasets/${bank.id}/training`);
    expect(text).toMatch(/400<\/strong> rows.*Exited is 1/);
    expect(text).toMatch(/Quick: compares three families, about \d+ seconds/);
    expect(text).toContain('Leave out Age');
    expect(text).not.toContain('Leave out CustomerId');
  });

  it('tells every wrong field at once, with what was typed kept', async () => {
    const before = (await listOpenJobs(test.context.db)).length;
    const { status, text } = await post(`/datasets/${bank.id}/training`, {
      ...{ ...small, name: ' ', imbalance: 'pray', folds: '11', seed: 'lucky', budget: '0' },
      ...{ 'family-boosting': 'yes', 'logistic.l2': 'much', 'boosting.trees': 'a forest' },
    });
    expect(status).toBe(422);
    expect(errorsOf(text)).toEqual([
      'Give the model a name.',
      'Choose one of the list.',
      'Enter a whole number from 2 to 10.',
      'Enter a whole number from 0 to 2,147,483,647.',
      'Enter a whole number from 1 to 3,600.',
      'logistic, l2: enter a number such as 1.',
      'boosting, trees: enter a number such as 150.',
    ]);
    for (const typed of ['11', 'lucky', 'much', 'a forest']) expect(text).toContain(`value="${typed}"`);
    expect(await listOpenJobs(test.context.db)).toHaveLength(before);
  });

  it('asks an expert for a family, and everybody for an effort', async () => {
    const none = await post(`/datasets/${bank.id}/training`, { name: 'x', effort: 'expert' });
    expect([none.status, errorsOf(none.text)]).toEqual([422, ['Choose one family of models at least.']]);
    const effort = await post(`/datasets/${bank.id}/training`, { name: 'x', effort: 'heroic' });
    expect([effort.status, errorsOf(effort.text)]).toEqual([422, ['Choose how much effort to spend.']]);
  });

  it('is closed while nothing says who left', async () => {
    const csv = bankCsv(120, 5, false);
    const unlabelled = await bringDataset(test, agent, csv, 'nolabel.csv');
    expect(await page(`/datasets/${unlabelled.id}/training`)).toContain('Nothing says yet who left.');
    const { status, text } = await post(`/datasets/${unlabelled.id}/training`, small);
    expect([status, errorsOf(text).length]).toEqual([422, 1]);
    expect(errorsOf(text)[0]).toContain('Say first what tells that a customer left');
  });
});

describe('a training that is stopped', () => {
  it('while it waits ends at once, and can be started again as it was planned', async () => {
    const id = await start(small);
    await post(`/trainings/${id}/cancellation`);
    expect((await stored(id)).state).toBe('cancelled');
    expect(await page(`/trainings/${id}`)).toContain('Start it again');
    await runJobs(test.context);
    expect((await stored(id)).modelId).toBeNull();

    await post(`/trainings/${id}/resumption`);
    await post(`/trainings/${id}/resumption`);
    expect(await listOpenJobs(test.context.db), 'a second click starts nothing').toHaveLength(1);
    await runJobs(test.context);
    const { state, modelId } = await stored(id);
    expect([state, typeof modelId]).toEqual(['done', 'number']);
    // What is done is neither cancelled nor begun again.
    await post(`/trainings/${id}/cancellation`);
    await post(`/trainings/${id}/resumption`);
    expect(await stored(id)).toMatchObject({ state: 'done', modelId });
  });

  it('while it runs leaves no model and no file', async () => {
    const { db, config } = test.context;
    const [models, files] = [(await listModels(db)).length, modelFiles()];
    const id = await start({ ...small, effort: 'thorough' });
    const job = (await claimJob(db, 'test'))!;
    const step = async () => {
      await cancelTraining(db, ada, id);
      return 'cancel' as const;
    };
    const nothing = () => Promise.resolve();
    const outcome = await handlers['train-model']({ db, config, step, stored: nothing }, job.payload);
    if (outcome === 'stopped') throw new Error('It was to be cancelled.');
    await outcome.write(db);
    await finishJob(db, job, 'cancelled');
    expect([outcome.state, (await stored(id)).state]).toEqual(['cancelled', 'cancelled']);
    expect([(await listModels(db)).length, modelFiles()]).toEqual([models, files]);
  });
});

describe('a finished fit', () => {
  it('waits for a database that is locked longer than anybody waits, and is stored, not made again', async () => {
    const { db, config } = test.context;
    const [models, files] = [(await listModels(db)).length, modelFiles().length];
    const id = await start(small);
    const job = (await claimJob(db, 'test'))!;
    const train = handlers['train-model'];
    let fits = 0;
    let refused = 0;
    const locked = Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });
    Object.assign(handlers, {
      'train-model': async (...asked: Parameters<typeof train>) => {
        fits++;
        const outcome = await train(...asked);
        if (outcome === 'stopped') return outcome;
        // Beyond the ten seconds that a write is tried for.
        const lockedUntil = performance.now() + 10_500;
        return done((trx) => {
          if (performance.now() > lockedUntil) return outcome.write(trx);
          refused++;
          return Promise.reject(locked);
        });
      },
    });
    try {
      expect(await runJob(config, job, () => false)).toEqual({ message: null });
    } finally {
      Object.assign(handlers, { 'train-model': train });
    }
    expect(fits).toBe(1);
    expect(refused).toBeGreaterThan(1);
    expect(await stored(id)).toMatchObject({ state: 'done', error: null });
    expect(await findJob(db, job.id)).toMatchObject({ state: 'done', attempts: 1 });
    expect([(await listModels(db)).length, modelFiles().length]).toEqual([models + 1, files + 1]);
  }, 60_000);
});

describe('a training that cannot be', () => {
  const few = `id,age,tenure,Churn\n${Array.from({ length: 15 }, (_, i) => `c${i},${20 + i},${i % 4},${i % 3 ? 'No' : 'Yes'}`).join('\n')}\n`;

  it('is refused before it starts where the table tells, with what to do', async () => {
    const dataset = await bringDataset(test, agent, few, 'few.csv');
    const { status, text } = await post(`/datasets/${dataset.id}/training`, small);
    expect(status).toBe(422);
    expect(errorsOf(text)).toEqual([
      expect.stringMatching(/15 rows with a known outcome\. Use at least 50/),
      expect.stringMatching(/Only 5 customers left\. Use at least 10/),
    ]);
  });

  it('says why when it fails, keeps the rest, and can be started again', async () => {
    const dataset = await bringDataset(test, agent, few, 'few.csv');
    const id = await trainLater(test.context.db, ada, dataset.id, 'Too few', optionsFor('quick'));
    await runJobs(test.context);
    const { state, error, modelId } = await stored(id);
    expect([state, modelId]).toEqual(['failed', null]);
    expect(error).toMatch(/rows|customers|left/);
    const text = await page(`/trainings/${id}`);
    expect(text).toContain('This could not be finished.');
    expect(text).toContain('Start it again');
    expect((await findActiveModel(test.context.db))?.id).toBe(activeId);
  });
});
