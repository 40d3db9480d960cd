import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DamagedRecord } from '../../src/errors.ts';
import { getBatch, insertBatch, listBatches } from '../../src/store/batches.ts';
import { insertRule, listRules } from '../../src/store/retention-rules.ts';
import { createTestApp } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { commaFormat } from '../helpers/csv-format.ts';

let test: TestApp;
beforeEach(async () => {
  test = await createTestApp();
});
afterEach(() => test.close());

const batch = {
  ...{ userId: null, originalName: 'a.csv', file: 'a', byteSize: 1, sha256: 'a' },
  ...{ format: commaFormat, header: ['tenure'], rowCount: 1, isSample: false },
};
const rule = {
  ...{ position: 1, action: 'Call', why: 'Because', cost: 5, saveRate: 0.2, enabled: true, isExample: false },
  conditions: { riskLevels: ['high' as const], minMonthlyValue: null, reason: null, attributes: [] },
};

describe('a damaged batch', () => {
  it.each([
    ['mapping', '{"features":"none"}', /mapping of batch 1 is damaged \(features: .*array/],
    ['report', 'not JSON', /report of batch 1 is damaged \(it is not JSON\)/],
    ['format', '{"delimiter":"x"}', /format of batch 1 is damaged \(delimiter: /],
    ['checkpoint', '{"position":{"offset":-1,"records":0}}', /checkpoint of batch 1 .*position\.offset: /],
  ])('names itself and the place in its %s', async (column, json, message) => {
    const { db } = test.context;
    const id = await insertBatch(db, batch);
    await db('batches')
      .where({ id })
      .update({ [column]: json });
    await expect(getBatch(db, id)).rejects.toThrow(DamagedRecord);
    await expect(getBatch(db, id)).rejects.toThrow(message);
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
    const id = await insertRule(db, rule);
    await db('retention_rules').where({ id }).update({ conditions: '{"riskLevels":["severe"]}' });
    await expect(listRules(db)).rejects.toThrow(
      /conditions of retention rule \d+ is damaged \(riskLevels\.0: /,
    );
  });
});
