import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exampleRules } from '../../../src/domain/retention/example-rules.ts';
import {
  currentFile,
  historyFile,
  prepareFirstStart,
  prepareSample,
  waitForFirstStart,
} from '../../../src/domain/sample/first-start.ts';
import { currentSize } from '../../../src/domain/sample/files.ts';
import { listSampleBatches } from '../../../src/store/batches.ts';
import { listSampleDatasets } from '../../../src/store/datasets.ts';
import { claimJob } from '../../../src/store/job-leases.ts';
import { finishJob } from '../../../src/store/job-progress.ts';
import { listJobs } from '../../../src/store/jobs.ts';
import { findActiveModel, listModels } from '../../../src/store/models.ts';
import { noFilter } from '../../../src/store/prediction-filters.ts';
import { listRules } from '../../../src/store/retention-rules.ts';
import { countPredictions } from '../../../src/store/score-files/totals.ts';
import { getSettings } from '../../../src/store/settings.ts';
import { createTestApp } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import { scoreStore } from '../../helpers/scores.ts';
import { runJobs } from '../../helpers/work.ts';

let test: TestApp;
beforeEach(async () => {
  test = await createTestApp();
});
afterEach(() => test.close());

const start = () => prepareFirstStart(test.context.db, test.context.config);

async function expectWholeSample(): Promise<void> {
  const { db, config } = test.context;
  const models = await listModels(db);
  expect(models.map(({ name, isSample }) => [name, isSample]).sort()).toEqual([
    ['Telecom churn (sample)', true],
    ['Telecom churn, 8 features (sample)', true],
  ]);
  const active = (await findActiveModel(db))!;
  expect(active.schema.features).toHaveLength(19);
  const other = models.find(({ id }) => id !== active.id)!;
  expect(other.schema.features.map(({ name }) => name)).toEqual(
    'contract,onlinesecurity,techsupport,internetservice,onlinebackup,tenure,monthlycharges,totalcharges'.split(
      ',',
    ),
  );
  expect(await listSampleDatasets(db)).toHaveLength(1);
  const batches = await listSampleBatches(db);
  expect(batches.map(({ state, scoredCount, rejectedCount }) => [state, scoredCount, rejectedCount])).toEqual(
    [['done', currentSize, 0]],
  );
  expect(await countPredictions(scoreStore(test), noFilter)).toBe(currentSize);
  expect((await listRules(db)).filter(({ isExample }) => isExample)).toHaveLength(exampleRules.length);
  expect((await getSettings(db)).firstStart).toBe('done');
  const files = [config.dataDir, config.modelsDir, config.uploadsDir].flatMap((folder) =>
    readdirSync(folder),
  );
  expect(files.filter((name) => /\.(tmp|part|utf8)$/.test(name))).toEqual([]);
}

describe('the first start', () => {
  it('creates rules, two models measured on held-out customers and the scores of 2,000 generated customers, once', async () => {
    const { db, config } = test.context;
    expect(await Promise.all([start(), start()])).toEqual([true, true]);
    expect(await listJobs(db, 10)).toHaveLength(1);
    await runJobs(test.context);
    await expectWholeSample();
    for (const { evaluation } of await listModels(db)) {
      expect(evaluation.holdout.rocAuc).toBeGreaterThan(0.82);
      expect(evaluation.holdout.logLoss).toBeLessThan(evaluation.baseline.logLoss);
      expect(evaluation.baseline.accuracy).toBeGreaterThan(0.7);
    }
    expect(await waitForFirstStart(db, 1)).toBeNull();

    expect(await start()).toBe(false);
    await prepareSample(db, config, () => undefined);
    await runJobs(test.context);
    await expectWholeSample();
  });

  // The first model reports 15 folds and its fit, then the second one does.
  it.each([1, 18])('cut off at report %i of the training is finished by the next', async (cut) => {
    const { db, config } = test.context;
    await start();
    let reports = 0;
    const crash = prepareSample(db, config, () => {
      if (++reports === cut) throw new Error('killed');
    });
    await expect(crash).rejects.toThrow('killed');
    expect(await start()).toBe(true);
    await runJobs(test.context);
    await expectWholeSample();
  });

  it('continues without the sample if it cannot be prepared, with the reason', async () => {
    await start();
    const job = await claimJob(test.context.db, 'test');
    const waiting = waitForFirstStart(test.context.db, 1);
    await finishJob(test.context.db, job!, 'failed', 'No space left.');
    expect(await waiting).toBe('No space left.');
    expect(await start()).toBe(true);
    expect((await listJobs(test.context.db, 10)).map(({ state }) => state)).toEqual(['queued', 'failed']);
  });
});

describe('a start with SAMPLE_DATA=off', () => {
  it('has the rules and nothing else', async () => {
    const { db, config } = test.context;
    expect(await prepareFirstStart(db, { ...config, sampleData: false })).toBe(false);
    expect(await listRules(db)).toHaveLength(exampleRules.length);
    expect([await listModels(db), await listJobs(db, 5)]).toEqual([[], []]);
    expect([historyFile, currentFile].map((name) => existsSync(join(config.dataDir, name)))).toEqual([
      false,
      false,
    ]);
    expect(await start()).toBe(false);
  });
});
