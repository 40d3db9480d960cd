/** Retraining on a schedule: set, started once by any number of processes, and left alone without new data. */
import { beforeAll, describe, expect, it } from 'vitest';
import { observe } from '../../src/domain/alerts/checks.ts';
import { readScene } from '../../src/domain/alerts/scene.ts';
import { retrainWhenDue } from '../../src/domain/schedules/retraining.ts';
import { getSettings, saveSettings } from '../../src/store/settings.ts';
import { listTrainings } from '../../src/store/trainings.ts';
import { customersCsv } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';
import { runJobs } from '../helpers/work.ts';

const dayMs = 86_400_000;
const test = openSite('admin');
const { post, pageOf } = test;
const path = '/settings/schedules';
const save = (fields: Readonly<Record<string, string>>) =>
  post(
    `${path}/retraining`,
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [`retraining-${name}`, value])),
  );
const daily = { repeats: 'daily', weekday: '1', atTime: '03:00' };

async function upload(seed: number): Promise<void> {
  await test.postFile('/datasets', customersCsv(200, seed, true), { kind: 'customers' }).expect(303);
  await runJobs(test.context);
}
/** As if nobody had looked for some days. */
async function pass(days: number): Promise<void> {
  const { db } = test.context;
  const { retraining } = await getSettings(db);
  const scheduledFrom = new Date(Date.now() - days * dayMs).toISOString();
  await saveSettings(db, { retraining: { ...retraining, scheduledFrom } });
}
const trainings = () => listTrainings(test.context.db, 10);

beforeAll(() => upload(1));

describe('the schedule of retraining', () => {
  it('does nothing until it is set', async () => {
    expect(await pageOf(path)).toMatch(/<dt>Next run<\/dt>\s*<dd>Never<\/dd>/);
    await retrainWhenDue(test.context.db);
    expect(await trainings()).toEqual([]);
  });

  it('says when it runs next, and waits until then', async () => {
    await save({ ...daily, atTime: '25:00' }).expect(422);
    await save(daily).expect(303);
    expect(await pageOf(path)).toMatch(/<dd>\d+ \w+ \d{4}, 03:00 UTC<\/dd>/);
    await retrainWhenDue(test.context.db);
    expect(await trainings()).toEqual([]);
    expect(await pageOf('/admin/audit')).toContain('Retraining: scheduled');
  });

  it('makes up for missed runs by one, however many processes ask', async () => {
    await pass(5);
    await Promise.all(Array.from({ length: 3 }, () => retrainWhenDue(test.context.db)));
    await retrainWhenDue(test.context.db);
    const [training, ...others] = await trainings();
    expect(others).toEqual([]);
    expect(training).toMatchObject({ state: 'queued', createdBy: 1, plan: { isChallenger: true } });
    expect(await pageOf(path)).toContain(`/trainings/${training!.id}`);
  });

  it('leaves a dataset alone that it has used, and takes the next one', async () => {
    await pass(2);
    await retrainWhenDue(test.context.db);
    expect(await trainings()).toHaveLength(1);
    expect(await pageOf(path)).toContain('used already');
    await test.context.db('jobs').where({ kind: 'train-model' }).update({ state: 'cancelled' });
    await upload(2);
    await pass(2);
    await retrainWhenDue(test.context.db);
    expect(await trainings()).toHaveLength(2);
  });

  it('raises an alert where the training has failed', async () => {
    const [{ id } = { id: 0 }] = await trainings();
    await test.context.db('trainings').where({ id }).update({ state: 'failed', error: 'Too few rows.' });
    expect(await observe(await readScene(test.context))).toMatchObject([
      { kind: 'failed-run', severity: 'severe', detail: 'Too few rows.', href: `/trainings/${id}` },
    ]);
  });

  it('ends when it is turned off', async () => {
    await save({ ...daily, repeats: 'never' }).expect(303);
    expect(await pageOf(path)).toMatch(/<dt>Next run<\/dt>\s*<dd>Never<\/dd>/);
  });
});
