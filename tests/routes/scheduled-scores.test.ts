/** Rescoring and drift checks on a schedule: set, started once by any number of processes, and what they find. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { observe } from '../../src/domain/alerts/checks.ts';
import { readScene } from '../../src/domain/alerts/scene.ts';
import { openUploadStore } from '../../src/domain/batches/batches.ts';
import { checkDriftWhenDue } from '../../src/domain/schedules/drift-check.ts';
import { rescoreWhenDue } from '../../src/domain/schedules/rescoring.ts';
import { getBatch, listBatches } from '../../src/store/batches.ts';
import { listOpenJobs } from '../../src/store/jobs.ts';
import { getSettings, saveSettings } from '../../src/store/settings.ts';
import { activateSmallModel, customersCsv } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';
import { runJobs } from '../helpers/work.ts';

const dayMs = 86_400_000;
const test = openSite('admin');
const { post, pageOf, scoreAtOnce } = test;
const page = '/settings/schedules';

/** As if nobody had looked for some days. */
async function pass(kind: 'rescoring' | 'driftCheck', days = 3): Promise<void> {
  const { db } = test.context;
  const { [kind]: run } = await getSettings(db);
  const scheduledFrom = new Date(Date.now() - days * dayMs).toISOString();
  await saveSettings(db, { [kind]: { ...run, scheduledFrom } });
}
const saveDaily = (path: string, atTime = '04:00') =>
  post(`${page}/${path}`, {
    [`${path}-repeats`]: 'daily',
    [`${path}-weekday`]: '1',
    [`${path}-atTime`]: atTime,
  });
const rescore = () => rescoreWhenDue(openUploadStore(test.context));
const newest = async () => (await listBatches(test.context.db, 1))[0]!;
const alerts = async () => observe(await readScene(test.context));
const customers = customersCsv(300, 4);

let first: number;
beforeAll(async () => {
  await activateSmallModel(test);
  first = await scoreAtOnce(customers);
});

describe('rescoring of the newest file', () => {
  it('says in the form what cannot be saved, and only there', async () => {
    const { text } = await saveDaily('rescoring', '25:00').expect(422);
    expect(text).toContain('id="rescoring-atTime-error"');
    expect(text).not.toContain('id="drift-check-atTime-error"');
    await saveDaily('rescoring').expect(303);
    expect(await pageOf(page)).toMatch(/<dd>\d+ \w+ \d{4}, 04:00 UTC<\/dd>/);
    expect(await pageOf('/admin/audit')).toContain('Rescoring: scheduled');
  });

  it('leaves a file alone that the active model has scored', async () => {
    await pass('rescoring');
    await rescore();
    expect((await newest()).id).toBe(first);
    expect(await pageOf(page)).toContain('The active model has scored the newest file');
  });

  it('scores the same customers with a model that was activated since, once, however many processes ask', async () => {
    const modelId = await activateSmallModel(test, ['tenure', 'MonthlyCharges', 'Contract']);
    expect(await pageOf(page)).toContain(`<a href="/batches/${first}">customers.csv</a>`);
    await pass('rescoring');
    await Promise.all(Array.from({ length: 3 }, rescore));
    await runJobs(test.context);
    const rescored = await newest();
    expect(rescored).toMatchObject({ state: 'done', modelId, scoredCount: 300, latestCount: 300, userId: 1 });
    expect(rescored.originalName).toBe('customers.csv (rescored)');
    expect(await listBatches(test.context.db, 9)).toHaveLength(2);
    expect(await getBatch(test.context.db, first)).toMatchObject({ scoredCount: 300, latestCount: 0 });
    expect(await pageOf(page)).toContain(`<a href="/batches/${rescored.id}">customers.csv (rescored)</a>`);
  });

  it('says why it cannot, in an alert as well: a column is missing, or the file is', async () => {
    const { db, config } = test.context;
    const id = await scoreAtOnce(customers);
    await activateSmallModel(test);
    const { header, file } = await getBatch(db, id);
    await db('batches')
      .where({ id })
      .update({ header: JSON.stringify(header.map((name) => `${name} old`)) });
    await pass('rescoring');
    await rescore();
    expect(await pageOf(page)).toContain('Some columns of the active model are not in the newest file.');
    expect(await alerts()).toContainEqual(
      expect.objectContaining({ kind: 'failed-run', subject: 'rescoring', severity: 'severe' }),
    );
    await db('batches')
      .where({ id })
      .update({ header: JSON.stringify(header) });
    rmSync(join(config.uploadsDir, file));
    await pass('rescoring');
    await rescore();
    expect(await pageOf(page)).toContain('The newest file is missing in the folder of uploads.');
  });

  it('ends when it is turned off', async () => {
    await post(`${page}/rescoring`, { 'rescoring-repeats': 'never' }).expect(303);
    await rescore();
    expect(await alerts()).not.toContainEqual(expect.objectContaining({ subject: 'rescoring' }));
  });
});

describe('the drift check', () => {
  const check = async () => {
    await pass('driftCheck');
    await checkDriftWhenDue(test.context.db);
    await runJobs(test.context);
    return (await getSettings(test.context.db)).driftCheck.found;
  };
  /** The same customers, who all pay by the month now. */
  const monthly = (rows: number, seed: number): string => {
    const [header = '', ...lines] = customersCsv(rows, seed).trim().split('\n');
    const contract = header.split(',').indexOf('Contract');
    const changed = lines.map((line) => line.split(',').with(contract, 'Month-to-month').join(','));
    return `${[header, ...changed].join('\n')}\n`;
  };

  it('finds nothing in customers as they were', async () => {
    await saveDaily('drift-check').expect(303);
    await scoreAtOnce(customers);
    expect(await check()).toMatchObject({ customers: 300, severity: null });
    expect(await pageOf(page)).toContain('300 customers: They look like the training data.');
    expect(await alerts()).toEqual([]);
  });

  it('finds what has changed in the latest scores, and raises one alert for it', async () => {
    await scoreAtOnce(monthly(300, 4));
    expect(await check()).toMatchObject({
      customers: 300,
      detail: expect.stringContaining('Contract') as string,
    });
    const drift = async () => (await alerts()).filter(({ kind }) => kind === 'drift');
    expect((await drift()).map(({ title }) => title)).toEqual([
      'customers.csv differs from the training data of v3 Small',
    ]);
    await test.context.db('batch_counts').delete();
    expect((await drift()).map(({ title }) => title)).toEqual([
      'Customers differ from the training data of v3 Small',
    ]);
    expect(await pageOf(page)).toContain('Contract');
  });

  it('says when it has failed', async () => {
    const { db } = test.context;
    await pass('driftCheck');
    await checkDriftWhenDue(db);
    const job = (await listOpenJobs(db)).find(({ kind }) => kind === 'check-drift');
    expect(job).toMatchObject({ state: 'queued' });
    await post(`/admin/jobs/${job!.id}/cancellation`).expect(303);
    expect(await pageOf(page)).toContain('It was cancelled.');
  });
});
