import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DamagedRecord } from '../../src/errors.ts';
import { findBatchCounts } from '../../src/store/batch-counts.ts';
import { getBatch, insertBatch, listBatches, listRecentMappings } from '../../src/store/batches.ts';
import { claimJob } from '../../src/store/job-leases.ts';
import { enqueueJob } from '../../src/store/jobs.ts';
import { getGrouping, insertGrouping } from '../../src/store/groupings.ts';
import { getModel } from '../../src/store/models.ts';
import { insertRule, listRules } from '../../src/store/retention-rules.ts';
import { findSavedView, insertSavedView } from '../../src/store/saved-views.ts';
import { getSegment, insertSegment } from '../../src/store/segments.ts';
import { defaultSettings, getSettings } from '../../src/store/settings.ts';
import { activateSmallModel, createTestApp, setUpOrganisation } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { insertDataset, getDataset } from '../../src/store/datasets.ts';
import { commaFormat } from '../helpers/csv-format.ts';
import { storeScores } from '../helpers/predictions.ts';
import { newRule } from '../helpers/rules.ts';
import { listScores } from '../helpers/scores.ts';

let test: TestApp;
beforeEach(async () => {
  test = await createTestApp();
});
afterEach(() => test.close());

const batch = {
  userId: null,
  originalName: 'a.csv',
  file: 'a',
  byteSize: 1,
  sha256: 'a',
  format: commaFormat,
  header: ['tenure'],
  rowCount: 1,
  isSample: false,
};
describe('a damaged batch', () => {
  it.each([
    ['mapping', '{"features":"none"}', /mapping of batch 1 is damaged \(features: .*array/],
    ['report', 'not JSON', /report of batch 1 is damaged \(it is not JSON\)/],
    ['format', '{"delimiter":"x"}', /format of batch 1 is damaged \(delimiter: /],
    ['checkpoint', '{"position":{"offset":-1,"records":0}}', /checkpoint of batch 1 .*position\.offset: /],
    ['outcomes', '{"recorded":-1}', /outcomes of batch \d+ is damaged \(recorded: /],
  ])('names itself and the place in its %s', async (column, json, message) => {
    const { db } = test.context;
    const id = await insertBatch(db, batch);
    await db('batches')
      .where({ id })
      .update({ [column]: json });
    await expect(getBatch(db, id)).rejects.toThrow(DamagedRecord);
    await expect(getBatch(db, id)).rejects.toThrow(message);
  });

  it('does not keep what earlier files were matched with from being found', async () => {
    const { db } = test.context;
    const id = await insertBatch(db, batch);
    await db('batches').where({ id }).update({ mapping: '{"features":"none"}' });
    expect(await listRecentMappings(db, 5)).toEqual([]);
  });

  it('names itself where its counts are', async () => {
    const { db } = test.context;
    const id = await insertBatch(db, batch);
    await db('batch_counts').insert({ batch_id: id, counts: '{"reference":{}}' });
    await expect(findBatchCounts(db, id)).rejects.toThrow(
      /counts of batch 1 is damaged \(reference\.rowCount/,
    );
  });

  it('does not keep the list of batches from being shown', async () => {
    const { db } = test.context;
    const id = await insertBatch(db, batch);
    await db('batches').where({ id }).update({ report: 'not JSON', mapping: '[]' });
    expect(await listBatches(db, 10)).toMatchObject([{ id, originalName: 'a.csv' }]);
  });
});

describe('a batch of an earlier version', () => {
  it('gets defaults for what it does not have', async () => {
    const { db } = test.context;
    const id = await insertBatch(db, batch);
    const stored = { format: '{}', report: '{"rowCount":1,"rejectedCount":0}' };
    await db('batches').where({ id }).update(stored);
    expect(await getBatch(db, id)).toMatchObject({
      format: commaFormat,
      report: { notedCount: 0, groups: [], problems: [] },
    });
  });
});

describe('a damaged retention rule', () => {
  it('names itself and the place', async () => {
    const { db } = test.context;
    const id = await insertRule(db, newRule());
    await db('retention_rules').where({ id }).update({ conditions: '{"riskLevels":["severe"]}' });
    await expect(listRules(db)).rejects.toThrow(
      /conditions of retention rule \d+ is damaged \(riskLevels\.0: /,
    );
  });
});

describe('a damaged dataset', () => {
  const dataset = { name: 'A', file: 'a', sha256: 'a', rowCount: 1, columns: [], isSample: false };

  it.each([
    ['columns', '[{"name":"tenure","type":"colour"}]', /columns of dataset 1 .*0\.type: /],
    ['notes', '{}', /notes of dataset 1 /],
    ['profile', '{"rows":"many"}', /profile of dataset 1 is damaged \(rows: /],
  ])('names itself and the place in its %s', async (column, json, message) => {
    const { db } = test.context;
    const id = await insertDataset(db, dataset);
    await db('datasets')
      .where({ id })
      .update({ [column]: json });
    await expect(getDataset(db, id)).rejects.toThrow(message);
  });

  it('gets defaults for what an earlier version did not write', async () => {
    const { db } = test.context;
    const id = await insertDataset(db, dataset);
    await db('datasets').where({ id }).update({ profile: '{"rows":5}' });
    expect((await getDataset(db, id)).profile).toMatchObject({ rows: 5, columns: [], issues: [] });
  });
});

describe('damaged models and predictions', () => {
  it('name themselves and the place', async () => {
    const { db } = test.context;
    const id = await activateSmallModel(test);
    await storeScores(test, await getModel(db, id), 3);
    await db('predictions').where({ id: 2 }).update({ inputs: '{"tenure":[1]}' });
    await expect(listScores(test)).rejects.toThrow(
      /inputs of prediction 2 is damaged \(expected a number, text or null/,
    );
    await db('models').where({ id }).update({ evaluation: '{"folds":5}' });
    await expect(getModel(db, id)).rejects.toThrow(/evaluation of model \d+ is damaged \(it\.trainingRows/);
  });
});

describe('a damaged setting', () => {
  it('names itself', async () => {
    const { db } = test.context;
    await db('settings')
      .insert({ key: 'mediumFrom', value: '"often"', updated_at: '' })
      .onConflict('key')
      .merge();
    await expect(getSettings(db)).rejects.toThrow(/setting mediumFrom is damaged/);
  });

  it('has its default where nothing is stored, whatever else the table holds', async () => {
    const { db } = test.context;
    await db('settings').delete();
    await db('settings').insert({ key: 'retired', value: 'not JSON', updated_at: '' });
    expect(await getSettings(db)).toEqual(defaultSettings);
  });
});

describe('a job with a damaged payload', () => {
  it('does not keep the queue from going on', async () => {
    const { db } = test.context;
    const id = await enqueueJob(db, {
      kind: 'check-batch',
      payload: { batchId: 1 },
      subject: 'A',
      createdBy: null,
    });
    await db('jobs').where({ id }).update({ payload: 'not JSON' });
    expect(await claimJob(db, 'test')).toMatchObject({ id, payload: {} });
  });
});

describe('a damaged saved view', () => {
  it('names itself and the place', async () => {
    const { db } = test.context;
    await setUpOrganisation(test);
    const view = { path: '/customers', name: 'A', query: {}, isShared: true } as const;
    const id = await insertSavedView(db, view, 1);
    await db('saved_views').where({ id }).update({ query: '{"risk":null}' });
    await expect(findSavedView(db, id)).rejects.toThrow(/query of saved view 1 is damaged \(risk/);
  });
});

describe('a damaged segment or grouping', () => {
  it('names itself and the place', async () => {
    const { db } = test.context;
    const segment = await insertSegment(db, { grouping: null, name: 'A', parts: [] }, null);
    await db('segments').where({ id: segment }).update({ parts: '[{"kind":"nearest"}]' });
    await expect(getSegment(db, segment)).rejects.toThrow(/parts of segment 1 is damaged \(0\./);
    const terms = { datasetId: null, columns: ['tenure'], seed: 1 };
    const grouping = await insertGrouping(db, { kind: 'clusters', name: 'A', terms }, null);
    await db('groupings').where({ id: grouping }).update({ findings: '{"rows":-1}' });
    await expect(getGrouping(db, grouping)).rejects.toThrow(/findings of grouping 1 is damaged \(rows: /);
  });
});
