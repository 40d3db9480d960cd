import { readFileSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { User } from '../../../src/domain/people/accounts.ts';
import { safeCell, withoutApostrophe } from '../../../src/domain/csv/writer.ts';
import { batchFile } from '../../../src/domain/batches/files.ts';
import { listRejectedRows } from '../../../src/domain/batches/rejects.ts';
import { scoreBatch } from '../../../src/domain/batches/scoring.ts';
import { takeInCsv } from '../../../src/domain/csv/intake.ts';
import {
  checkBatchLater,
  receiveBatch,
  scoreBatchLater,
  openUploadStore,
} from '../../../src/domain/batches/batches.ts';
import { guessMapping } from '../../../src/domain/batches/mapping.ts';
import { correctRows } from '../../../src/domain/batches/corrections.ts';
import { listUnrecognisedValues, mapValues } from '../../../src/domain/batches/value-mapping.ts';
import { paperColumns } from '../../../src/domain/sample/files.ts';
import { storeModel, trainOnTable } from '../../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../../src/domain/training/table.ts';
import { usualPolicy } from '../../../src/ml/data/schema.ts';
import type { Feature, Policy } from '../../../src/ml/data/schema.ts';
import { getBatch } from '../../../src/store/batches.ts';
import type { BatchRecord } from '../../../src/store/batches.ts';
import { listOpenJobs } from '../../../src/store/jobs.ts';
import { getModel } from '../../../src/store/models.ts';
import type { ModelRecord } from '../../../src/store/models.ts';
import { listRememberedNames } from '../../../src/store/remembered-names.ts';
import { createTestApp, customersCsv, setUpOrganisation } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import { header } from '../../helpers/corpus.ts';
import { planOf } from '../../helpers/plan.ts';
import { detailsOf, listScores } from '../../helpers/scores.ts';
import { runJobs } from '../../helpers/work.ts';

let test: TestApp;
let model: ModelRecord;
const user = { id: 1 } as User;
const strict: Policy = { missing: 'refuse', unseen: 'refuse', outOfRange: 'clip' };

/** A model whose contract must be known, and whose tenure is kept within limits. */
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  const { db, config } = test.context;
  const details = new Map<string, Partial<Feature>>([
    ['contract', { policy: strict }],
    ['tenure', { policy: { ...usualPolicy, outOfRange: 'clip' }, allowed: { min: 0, max: 72 } }],
  ]);
  const plan = { ...planOf(['logistic'], 1, { only: paperColumns }), details };
  const trained = trainOnTable(readTrainingTable(customersCsv(600, 7, true)), plan, () => undefined);
  const about = { name: 'Strict', datasetId: null, isSample: false };
  model = await getModel(db, await storeModel(db, config.modelsDir, trained, about));
});
afterAll(() => test.close());

let uploads = 0;
async function checked(...rows: string[]): Promise<BatchRecord> {
  const { db, config } = test.context;
  const file = `upload${++uploads}`;
  await writeFile(join(config.uploadsDir, file), `${[header, ...rows].join('\n')}\n`);
  const { id } = await receiveBatch(
    { db, uploadsDir: config.uploadsDir, user },
    { file, originalName: 'customers.csv' },
    takeInCsv,
  );
  const { header: names } = await getBatch(db, id);
  const mapping = guessMapping(model.schema, names, await listRememberedNames(db));
  await checkBatchLater(db, user, id, { model, mapping });
  await runJobs(test.context);
  return getBatch(db, id);
}

const scored = async (id: number) => {
  await scoreBatchLater(test.context.db, user, id);
  await runJobs(test.context);
  return listScores(test, { batch: id });
};
const rejectedRows = async (batch: BatchRecord) =>
  (await listRejectedRows(openUploadStore(test.context), batch, 1)).rows;
const uploadEnv = (by = user) => {
  const { db, config } = test.context;
  return { db, uploadsDir: config.uploadsDir, user: by };
};
const correct = (
  batch: BatchRecord,
  rows: Awaited<ReturnType<typeof rejectedRows>>,
  ...typed: [number, number, string][]
) =>
  correctRows(
    uploadEnv(),
    batch,
    rows,
    new Map(typed.map(([row, place, text]) => [row, new Map([[place, text]])])),
  );

describe('a column that refuses what it does not know', () => {
  it('rejects its rows, with the values to choose from', async () => {
    const rows = await rejectedRows(
      await checked('a,Weekly,No,No,DSL,No,3,20,60', 'b,,No,No,DSL,No,3,20,60'),
    );
    expect(
      rows.map(({ rowNumber, problems }) => [rowNumber, problems[0]!.found, problems[0]!.expected]),
    ).toEqual([
      [2, 'Weekly', expect.stringMatching(/^one of .*One year/)],
      [3, '', 'a value'],
    ]);
    expect(rows[0]!.problems[0]!.levels).toContain('Two year');
  });

  it('is fixed and scored; the score notes a value that was limited', async () => {
    const batch = await checked('a,Weekly,No,No,DSL,No,900,20,60');
    const original = readFileSync(join(test.context.config.uploadsDir, batch.file));
    const id = await correct(batch, await rejectedRows(batch), [2, 1, 'Two year']);
    await runJobs(test.context);
    const [score] = await scored(id);
    expect((await detailsOf(test, score!)).notes).toEqual([
      'tenure 900 is above the allowed range (72); 72 was used',
    ]);
    expect(readFileSync(join(test.context.config.uploadsDir, batch.file))).toEqual(original);
    expect(await getBatch(test.context.db, batch.id)).toEqual(batch);
  });

  it('counts values together that differ in case and spaces only', async () => {
    const batch = await checked('a,Weekly,No,No,DSL,No,3,20,60', 'b, WEEKLY ,No,No,DSL,No,3,20,60');
    const levels = await listUnrecognisedValues(test.context.db, batch);
    expect(levels.map(({ feature, found, count }) => [feature, found.trim(), count])).toEqual([
      ['contract', 'Weekly', 2],
    ]);
  });

  it('preselects a mapped value in rows that were rejected for it', async () => {
    const { db } = test.context;
    const batch = await checked('a,Daily,No,No,DSL,No,3,20,60', 'b,Two year,No,No,DSL,No,3,20,60');
    await scored(batch.id);
    const done = await getBatch(db, batch.id);
    await mapValues(db, user, done, [{ feature: 'contract', found: 'Daily', level: 'One year' }]);
    const [row] = await rejectedRows(done);
    expect([row!.problems[0]!.found, row!.problems[0]!.suggested]).toEqual(['Daily', 'One year']);
    expect((await getBatch(db, batch.id)).mapping).toEqual(done.mapping);
  });

  it('uses the current state of the batch, not that of the open page', async () => {
    const { db } = test.context;
    const seen = await checked('a,Yearly,No,No,DSL,No,3,20,60', 'b,Two year,No,No,DSL,No,3,20,60');
    expect(seen.state).toBe('checked');
    await scoreBatchLater(db, user, seen.id);
    await mapValues(db, user, seen, [{ feature: 'contract', found: 'Yearly', level: 'One year' }]);
    expect((await listOpenJobs(db)).map(({ kind }) => kind)).toEqual(['score-batch']);
    expect(await getBatch(db, seen.id)).toMatchObject({ state: 'scoring', mapping: seen.mapping });
    await runJobs(test.context);
    expect(await getBatch(db, seen.id)).toMatchObject({ state: 'done', scoredCount: 1, rejectedCount: 1 });
  });
});

describe('a row that no form can fix', () => {
  it('is listed with its reason: ragged, or with text beyond any form', async () => {
    const rows = await rejectedRows(
      await checked('short,No', `a,Two year,No,No,DSL,No,${'x'.repeat(300)},20,60`),
    );
    expect(rows.map(({ problems, reason }) => [problems.length, reason.slice(0, 30)])).toEqual([
      [0, "whole row: found '2 cells', ex"],
      [1, `tenure: found '${'x'.repeat(15)}`],
    ]);
    expect(rows[1]!.problems[0]!.found).toBe('');
  });
});

describe('scoring with mapped values', () => {
  it('gives the same file when it is stopped, the mapping removed, and continued', async () => {
    const { db, config } = test.context;
    await mapValues(db, user, await checked('a,Two year,No,No,DSL,No,3,20,60'), [
      { feature: 'contract', found: 'Hourly', level: 'Month-to-month' },
    ]);
    await runJobs(test.context);
    const rows = Array.from({ length: 10_000 }, (_, i) => `c${i},Hourly,No,No,DSL,No,${i % 70},20,60`);
    const [whole, broken] = [await checked(...rows), await checked(...rows)];
    await scored(whole.id);
    await scoreBatchLater(db, user, broken.id);
    let blocks = 0;
    const step = () => Promise.resolve(++blocks === 2 ? ('stop' as const) : ('go on' as const));
    expect(await scoreBatch(db, config, broken.id, { step })).toBe('stopped');
    await mapValues(db, user, broken, [{ feature: 'contract', found: 'Hourly', level: '' }]);
    await runJobs(test.context);
    const output = (batch: BatchRecord) => readFileSync(join(config.uploadsDir, batchFile(batch, 'scored')));
    expect((await getBatch(db, broken.id)).state).toBe('done');
    expect(output(broken).equals(output(whole))).toBe(true);
    expect(output(broken).toString().split("'Hourly' read as Month-to-month").length).toBe(10_001);
  });
});

describe('a correction', () => {
  it('leaves nothing behind when it cannot be stored', async () => {
    const { config } = test.context;
    const batch = await checked('a,Weekly,No,No,DSL,No,3,20,60');
    const rows = await rejectedRows(batch);
    const before = await readdir(config.uploadsDir);
    const stranger = { id: 999 } as User;
    const typed = new Map([[2, new Map([[1, 'Two year']])]]);
    await expect(correctRows(uploadEnv(stranger), batch, rows, typed)).rejects.toThrow(/foreign key/i);
    expect(await readdir(config.uploadsDir)).toEqual(before);
  });
});

describe('what keeps a spreadsheet from running a cell', () => {
  it('is removed exactly, except for texts that begin with an apostrophe themselves', () => {
    const risky = fc.constantFrom('=', '+', '-', '@', '\t', '\r', "'", '-5', '+1e3', '');
    const cells = fc.tuple(risky, fc.string()).map(([start, rest]) => start + rest);
    fc.assert(
      fc.property(cells, (cell) => {
        fc.pre(!cell.startsWith("'") && !/["\r\n,]/.test(cell));
        expect(withoutApostrophe(safeCell(cell, ','))).toBe(cell);
      }),
    );
    expect(withoutApostrophe("'-5")).toBe("'-5");
  });
});
