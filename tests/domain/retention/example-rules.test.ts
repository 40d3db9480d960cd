import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { down, up } from '../../../migrations/2026-11-23-example-rules.ts';
import { exampleRules } from '../../../src/domain/retention/example-rules.ts';
import { currentScoringRules } from '../../../src/domain/scoring/context.ts';
import { insertDataset } from '../../../src/store/datasets.ts';
import { insertRule, listRules, updateRule } from '../../../src/store/retention-rules.ts';
import { createTestApp } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.context.db('retention_rules').delete();
  for (const [position, rule] of exampleRules.entries())
    await insertRule(test.context.db, { ...rule, position, enabled: true });
});

const addDataset = (isSample: boolean): Promise<number> =>
  insertDataset(test.context.db, {
    name: 'Customers',
    file: `${String(isSample)}.csv`,
    sha256: 'a'.repeat(64),
    rowCount: 1,
    columns: [],
    isSample,
  });
const actionsFor = async (model: { isSample: boolean; datasetId: number | null }) =>
  (await currentScoringRules(test.context.db, model)).rules.map(({ action }) => action);
const all = exampleRules.map(({ action }) => action);

describe('an example rule', () => {
  it('applies to customers scored with a model of the sample', async () => {
    expect(await actionsFor({ isSample: true, datasetId: null })).toEqual(all);
    expect(await actionsFor({ isSample: false, datasetId: await addDataset(true) })).toEqual(all);
  });

  it('does not apply to customers of another dataset until somebody has saved it', async () => {
    const { db } = test.context;
    // A bank's Tenure, in years, has the name of the sample's Tenure, in months.
    const bank = { isSample: false, datasetId: await addDataset(false) };
    expect(await actionsFor(bank)).toEqual([]);
    expect(await actionsFor({ isSample: false, datasetId: null })).toEqual([]);
    const [reviewed] = await listRules(db);
    await updateRule(db, reviewed!.id, { ...reviewed!, isExample: false });
    expect(await actionsFor(bank)).toEqual([reviewed!.action]);
  });
});

it('a database made before examples were marked marks its unchanged first rules', async () => {
  const { db } = test.context;
  await db('retention_rules').delete();
  const base = { why: 'Because', conditions: {}, cost: 1, save_rate: 0.1, enabled: 1, updated_at: 'then' };
  const rows = [
    { ...base, position: 0, action: 'Welcome call within the first half-year', version: 1 },
    { ...base, position: 1, action: 'Review the plan and right-size it', version: 2 },
    { ...base, position: 2, action: 'Send flowers', version: 1 },
  ];
  await down(db);
  await db('retention_rules').insert(rows.map((row) => ({ ...row, conditions: '{}' })));
  await up(db);
  expect((await listRules(db)).map(({ isExample }) => isExample)).toEqual([true, false, false]);
});
