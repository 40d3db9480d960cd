import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { optionsFor, TrainingOptions } from '../../src/domain/training/options.ts';
import { cancelTraining, queueTraining } from '../../src/domain/training/queue.ts';
import { done } from '../../src/domain/jobs/steps.ts';
import { handlers } from '../../src/jobs/handlers.ts';
import { runJob } from '../../src/jobs/run-job.ts';
import { listEvents } from '../../src/store/audit.ts';
import type { Dataset } from '../../src/store/datasets.ts';
import { claimJob } from '../../src/store/job-leases.ts';
import { finishJob } from '../../src/store/job-progress.ts';
import { findJob, listOpenJobs } from '../../src/store/jobs.ts';
import { findActiveModel, getModel, listModels } from '../../src/store/models.ts';
import { getTraining } from '../../src/store/trainings.ts';
import { activateSmallModel, createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { bankCsv } from '../helpers/bank.ts';
import { uploadDataset, errorsOf, postForm } from '../helpers/datasets.ts';
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
  bank = await uploadDataset(test, agent, bankCsv(400, 3));
});
afterAll(() => test.close());

const page = async (path: string) => (await agent.get(path).expect(200)).text;
const post = (path: string, fields: Fields = {}) => postForm(agent, path, fields);
const modelFiles = () => readdirSync(test.context.config.modelsDir);
const place = (name: string) => bank.columns.findIndex((column) => column.name === name);
const stored = (id: number) => getTraining(test.context.db, id);
const eventsOf = (action: string) =>
  listEvents(test.context.db, { action, userId: null, from: null, to: null }, 50, 0);

/** One small fit with custom options. */
const small: Fields = {
  name: 'Bank, small',
  trainingTime: 'custom',
  'family-logistic': 'yes',
  imbalance: 'weights',
  folds: '2',
  seed: '7',
  budget: '10',
  'logistic.l2': '2,5',
};

/** Column → reason, of the table of excluded columns. */
const excludedColumns = (text: string) =>
  new Map(
    [...text.matchAll(/<th scope="row">([^<]*)<\/th>\s*<td data-label="Reason">([^<]*)</g)].map(
      ([, name, reason]) => [name!, reason!],
    ),
  );

/** Starts a training run through the form; returns its id. */
async function start(fields: Fields, { id }: Dataset = bank): Promise<number> {
  const answer = await post(`/datasets/${id}/training`, fields);
  const [, training] = /^\/trainings\/(\d+)$/.exec(answer.headers['location'] ?? '') ?? [];
  if (training === undefined) throw new Error(`${answer.status}: ${errorsOf(answer.text).join(' ')}`);
  return Number(training);
}

describe('a training run', () => {
  it('is queued, fitted in a thread of its own, and becomes a candidate; the active model stays active', async () => {
    const id = await start({ ...small, [`drop-${place('Balance')}`]: 'yes' });
    const waiting = await page(`/trainings/${id}`);
    expect(waiting).toMatch(/Queued\.<\/strong> It starts in a moment/);
    expect(waiting).toContain('data-page-waits');
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

    const done = await page(`/trainings/${id}`);
    expect(done).toContain(`/models/${modelId!}`);
    expect(excludedColumns(done).get('Balance')).toBe('Excluded from this training run');
    expect(excludedColumns(done).get('Exited')).toBe('Churn label');
    expect(done).toMatch(/Logistic regression<\/th>[\s\S]*<strong>Chosen<\/strong>/);
    expect(await page('/trainings')).toMatch(/Bank, small[\s\S]*Done/);
    expect(await page(`/datasets/${bank.id}`)).toContain('Training runs on this dataset');
    for (const action of ['training.started', 'training.finished'])
      expect(await eventsOf(action)).toHaveLength(1);
  });

  it('stores the custom options, and ignores them for quick and thorough', async () => {
    const custom = await stored(await start(small));
    expect(custom.plan).toEqual({
      trainingTime: 'custom',
      families: ['logistic'],
      params: { logistic: { l2: 2.5 } },
      imbalance: 'weights',
      folds: 2,
      seed: 7,
      budget: 10,
      drop: [],
    });
    const quick = await stored(await start({ ...small, trainingTime: 'quick' }));
    const anySeed = { seed: expect.any(Number) as number };
    expect(quick.plan).toEqual({ ...optionsFor('quick'), ...anySeed });
    const thorough = await stored(await start({ ...small, trainingTime: 'thorough' }));
    expect(thorough.plan).toEqual({ ...optionsFor('thorough'), ...anySeed });
    for (const { id } of [custom, quick, thorough]) await post(`/trainings/${id}/cancellation`);
  });

  it('holds out other customers each time, by a seed that the run and the model keep', async () => {
    const seedOf = async (id: number) => TrainingOptions.parse((await stored(id)).plan).seed;
    const ids = [
      await start({ ...small, trainingTime: 'quick' }),
      await start({ ...small, trainingTime: 'quick' }),
    ];
    const [first, second] = [await seedOf(ids[0]!), await seedOf(ids[1]!)];
    expect(first).not.toBe(second);
    const offered = async () =>
      /name="seed"[^>]*value="(\d+)"/.exec(await page(`/datasets/${bank.id}/training`))![1];
    expect(await offered()).not.toBe(await offered());
    await post(`/trainings/${ids[1]!}/cancellation`);
    await runJobs(test.context);
    const { modelId } = await stored(ids[0]!);
    expect((await getModel(test.context.db, modelId!)).provenance.seed).toBe(first);
    // Restarted, it has the same options.
    await post(`/trainings/${ids[1]!}/resumption`);
    expect(await seedOf(ids[1]!)).toBe(second);
    await post(`/trainings/${ids[1]!}/cancellation`);
  });

  it('uses the default for a blank field, and a new seed each time', async () => {
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

  it('waits for the runs that were started before', async () => {
    const [first, second] = [await start(small), await start({ ...small, name: 'Second' })];
    expect(await page(`/trainings/${second}`)).toContain(
      '1 training run is ahead of it. Training jobs run one at a time.',
    );
    expect(await listOpenJobs(test.context.db)).toHaveLength(2);
    for (const id of [first, second]) await post(`/trainings/${id}/cancellation`);
  });

  it('requires the permission to train models', async () => {
    const viewer = await signIn(test, 'viewer');
    for (const path of [`/datasets/${bank.id}/training`, '/trainings', '/trainings/1'])
      expect((await viewer.get(path)).status, path).toBe(403);
    expect((await postForm(viewer, `/datasets/${bank.id}/training`, small)).status).toBe(403);
    await agent.get('/trainings/99999').expect(404);
    await agent.get('/datasets/99999/training').expect(404);
  });
});

describe('the form', () => {
  it('shows the churn label, the expected time, and which columns are excluded and why', async () => {
    const text = await page(`/datasets/${bank.id}/training`);
    expect(text).toMatch(/400<\/strong> rows.*Exited is 1/);
    expect(text).toMatch(/Quick: compares 3 model families, about \d+ seconds/);
    expect(text).toContain('Exclude Age');
    expect(text).not.toContain('Exclude CustomerId');
    expect([...excludedColumns(text)]).toEqual([
      ['RowNumber', expect.any(String)],
      ['CustomerId', 'Customer ID'],
      ['Surname', expect.any(String)],
      ['Exited', 'Churn label'],
    ]);
  });

  it('shows every error at once, in the order of the page, and keeps what was typed', async () => {
    const before = (await listOpenJobs(test.context.db)).length;
    const { status, text } = await post(`/datasets/${bank.id}/training`, {
      ...small,
      name: ' ',
      imbalance: 'pray',
      folds: '11',
      seed: 'lucky',
      budget: '0',
      'family-boosting': 'yes',
      'logistic.l2': 'much',
      'boosting.trees': 'a forest',
    });
    expect(status).toBe(422);
    expect(errorsOf(text)).toEqual([
      'Enter a name for the model.',
      'Choose how to handle class imbalance.',
      'Enter a whole number from 2 to 10.',
      'Enter a whole number from 0 to 2,147,483,647.',
      'Enter a whole number from 1 to 3,600.',
      'Logistic regression, l2: enter a number such as 1.',
      'Gradient boosting, trees: enter a number such as 150.',
    ]);
    for (const typed of ['11', 'lucky', 'much', 'a forest']) expect(text).toContain(`value="${typed}"`);
    expect(await listOpenJobs(test.context.db)).toHaveLength(before);
  });

  it('needs a training time, and a model family for a custom one', async () => {
    const none = await post(`/datasets/${bank.id}/training`, { name: 'x', trainingTime: 'custom' });
    expect([none.status, errorsOf(none.text)]).toEqual([422, ['Choose at least one model family.']]);
    const time = await post(`/datasets/${bank.id}/training`, { name: 'x', trainingTime: 'heroic' });
    expect([time.status, errorsOf(time.text)]).toEqual([422, ['Choose a training time.']]);
  });

  it('needs a churn label', async () => {
    const csv = bankCsv(120, 5, false);
    const unlabelled = await uploadDataset(test, agent, csv, 'nolabel.csv');
    expect(await page(`/datasets/${unlabelled.id}/training`)).toContain(
      'This dataset has no churn label yet.',
    );
    const { status, text } = await post(`/datasets/${unlabelled.id}/training`, small);
    expect([status, errorsOf(text).length]).toEqual([422, 1]);
    expect(errorsOf(text)[0]).toContain('Choose a churn label before you start training.');
  });
});

describe('a cancelled training run', () => {
  it('ends at once while it is queued, and can be started again with the same options', async () => {
    const id = await start(small);
    await post(`/trainings/${id}/cancellation`);
    expect((await stored(id)).state).toBe('cancelled');
    expect(await page(`/trainings/${id}`)).toContain('Start again');
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

  it('leaves no model and no file when it was running', async () => {
    const { db, config } = test.context;
    const [models, files] = [(await listModels(db)).length, modelFiles()];
    const id = await start({ ...small, trainingTime: 'thorough' });
    const job = (await claimJob(db, 'test'))!;
    const step = async () => {
      await cancelTraining(db, ada, id);
      return 'cancel' as const;
    };
    const nothing = () => Promise.resolve();
    const outcome = await handlers['train-model'](
      { db, config, lease: job, step, stored: nothing },
      job.payload,
    );
    if (outcome === 'stopped') throw new Error('It was to be cancelled.');
    await outcome.write(db);
    await finishJob(db, job, 'cancelled');
    expect([outcome.state, (await stored(id)).state]).toEqual(['cancelled', 'cancelled']);
    expect([(await listModels(db)).length, modelFiles()]).toEqual([models, files]);
  });
});

describe('a finished fit', () => {
  it('waits for a locked database and is stored without fitting again', async () => {
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

describe('a training run that cannot succeed', () => {
  const few = `id,age,tenure,Churn\n${Array.from({ length: 15 }, (_, i) => `c${i},${20 + i},${i % 4},${i % 3 ? 'No' : 'Yes'}`).join('\n')}\n`;

  it('is refused before it starts when the dataset has errors, with what to do', async () => {
    const dataset = await uploadDataset(test, agent, few, 'few.csv');
    const { status, text } = await post(`/datasets/${dataset.id}/training`, small);
    expect(status).toBe(422);
    expect(errorsOf(text)).toEqual([
      expect.stringMatching(/15 rows with a known outcome\. Use at least 50/),
      expect.stringMatching(/Only 5 customers left\. Use at least 10/),
    ]);
  });

  it('shows why it failed and can be started again', async () => {
    const dataset = await uploadDataset(test, agent, few, 'few.csv');
    const id = await queueTraining(test.context.db, ada, {
      datasetId: dataset.id,
      name: 'Too few',
      options: optionsFor('quick'),
    });
    await runJobs(test.context);
    const { state, error, modelId } = await stored(id);
    expect([state, modelId]).toEqual(['failed', null]);
    expect(error).toMatch(/rows|customers|left/);
    const text = await page(`/trainings/${id}`);
    expect(text).toContain('Failed.');
    expect(text).toContain('Start again');
    expect((await findActiveModel(test.context.db))?.id).toBe(activeId);
  });
});
