import { readdirSync } from 'node:fs';
import type request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareFirstStart } from '../../src/domain/sample/first-start.ts';
import { changeRiskLevels } from '../../src/domain/organisation/organisation.ts';
import { relabelAfterScoring, relabelLater, relabelPredictions } from '../../src/domain/risk/relabelling.ts';
import type { User } from '../../src/domain/people/accounts.ts';
import { listEvents } from '../../src/store/audit.ts';
import { listSampleBatches } from '../../src/store/batches.ts';
import { listJobs } from '../../src/store/jobs.ts';
import { activateModel, findActiveModel, findModel, listModels } from '../../src/store/models.ts';
import { getPrediction } from '../../src/store/prediction-records.ts';
import { countByThresholds } from '../../src/store/score-files/totals.ts';
import { countSamplePredictions } from '../../src/store/score-files/usage.ts';
import { getSettings } from '../../src/store/settings.ts';
import { activateSmallModel, createTestApp, csrfToken, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { scoreStore } from '../helpers/scores.ts';
import { runJobs } from '../helpers/work.ts';

type Agent = ReturnType<typeof request.agent>;
const ada: User = { id: 1, email: 'ada@example.com', name: 'Ada', role: 'admin', theme: 'system' };

let test: TestApp;
let admin: Agent;
let _csrf: string;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  await prepareFirstStart(test.context.db, test.context.config);
  await runJobs(test.context);
  admin = await signIn(test, 'admin');
  _csrf = await csrfToken(admin, '/account');
});
afterAll(() => test.close());

const post = (path: string, form: Record<string, string>) =>
  admin
    .post(path)
    .type('form')
    .send({ _csrf, ...form });

async function newestEvent() {
  const everything = { action: null, userId: null, from: null, to: null };
  const { before, after, ...event } = (await listEvents(test.context.db, everything, 1, 0))[0]!;
  return { ...event, before: parsed(before), after: parsed(after) };
}

const parsed = (json: string | null): unknown => (json === null ? null : JSON.parse(json));

describe('risk levels', () => {
  /** As the sample's file says them; each of its customers is in it once. */
  const levels = async (): Promise<Record<string, number>> => {
    const [batch] = await listSampleBatches(test.context.db);
    return { low: batch!.lowCount, medium: batch!.mediumCount, high: batch!.highCount };
  };
  const countWith = (mediumFrom: number, highFrom: number) =>
    countByThresholds(scoreStore(test), { mediumFrom, highFrom });

  it('show what other thresholds would do before anything is saved', async () => {
    const expected = await countWith(0.2, 0.5);
    const { text } = await admin.get('/settings/risk-levels?mediumFrom=20&highFrom=50').expect(200);
    for (const count of Object.values(expected)) expect(text).toContain(count.toLocaleString('en-GB'));
    const piece = await admin
      .get('/settings/risk-levels?mediumFrom=20&highFrom=50')
      .set('x-fragment', 'counts')
      .expect(200);
    expect(piece.text).not.toContain('<html');
    expect(piece.text).toContain(expected.high.toLocaleString('en-GB'));
    expect((await getSettings(test.context.db)).highFrom).toBe(0.6);
  });

  it.each([
    [{ mediumFrom: '60', highFrom: '30' }, 'so that the levels do not overlap'],
    [{ mediumFrom: '50', highFrom: '50' }, 'so that the levels do not overlap'],
    [{ mediumFrom: 'low', highFrom: '' }, 'Enter a percentage such as 30.'],
    [{ mediumFrom: '0', highFrom: '100' }, 'above 0 and below 100'],
    [{ mediumFrom: '1e1', highFrom: '-5' }, 'Enter a percentage such as 30.'],
  ])('%j are refused in words', async (form, words) => {
    const { text } = await post('/settings/risk-levels', form).expect(422);
    expect(text).toContain(words);
    expect(text).toContain(`value="${form.mediumFrom}"`);
    expect((await getSettings(test.context.db)).mediumFrom).toBe(0.3);
  });

  it('when saved hold for every stored score, and the change is on record', async () => {
    const expected = await countWith(0.15, 0.405);
    await post('/settings/risk-levels', { mediumFrom: '15', highFrom: '40,5' }).expect(303);
    expect(await levels()).toEqual(expected);
    expect(await newestEvent()).toMatchObject({
      action: 'settings.risk-levels',
      before: { mediumFrom: 0.3, highFrom: 0.6 },
      after: { mediumFrom: 0.15, highFrom: 0.405 },
    });
  });

  it('of very many scores change piece by piece in the background, by the newest thresholds', async () => {
    const { db } = test.context;
    await changeRiskLevels(scoreStore(test), ada, 0.3, 0.6);
    await db('settings').where({ key: 'mediumFrom' }).update({ value: '0.25' });
    expect(await relabelLater(scoreStore(test), 1, 100)).toBe('later');
    expect((await listJobs(db, 1))[0]).toMatchObject({ kind: 'relabel-risk', state: 'queued' });
    expect(await levels()).not.toEqual(await countWith(0.25, 0.6));
    await runJobs(test.context);
    expect(await levels()).toEqual(await countWith(0.25, 0.6));
    expect(await relabelPredictions(scoreStore(test), { step: () => Promise.resolve('stop') })).toBe(
      'stopped',
    );
    await changeRiskLevels(scoreStore(test), ada, 0.3, 0.6);
  });
});

describe('a batch that was scored while the risk levels changed', () => {
  it('gets the new levels when it is done, and only then', async () => {
    const { db } = test.context;
    const [batch] = await listSampleBatches(db);
    const queued = async () => (await listJobs(db, 100)).filter(({ kind }) => kind === 'relabel-risk').length;
    const before = await queued();
    await relabelAfterScoring(db, batch!.id);
    expect(await queued()).toBe(before);
    await changeRiskLevels(scoreStore(test), ada, 0.35, 0.7);
    await relabelAfterScoring(db, batch!.id);
    expect(await queued()).toBe(before + 1);
    await changeRiskLevels(scoreStore(test), ada, 0.3, 0.6);
    await runJobs(test.context);
  });
});

describe('the organisation', () => {
  const form = {
    organisation: 'Contoso',
    currency: 'JPY',
    timeZone: 'Asia/Tokyo',
    valueMonths: '24',
    valueMargin: '40',
  };

  it('is saved, used on every page, and on record', async () => {
    await post('/settings/organisation', form).expect(303);
    expect(await getSettings(test.context.db)).toMatchObject({ ...form, valueMonths: 24, valueMargin: 0.4 });
    expect((await admin.get('/')).text).toContain('Contoso');
    expect((await admin.get('/')).text).toContain('JP¥');
    expect(await newestEvent()).toMatchObject({ action: 'settings.organisation', subject: 'Contoso' });
  });

  it.each([
    ['organisation', ' ', 'Enter the name'],
    ['currency', 'XXX1', 'Choose a currency'],
    ['timeZone', 'Mars/Olympus', 'Choose a time zone'],
    ['valueMonths', '0', 'at least 1 month'],
    ['valueMonths', '12.5', 'a whole number of months'],
    ['valueMonths', 'many', 'Enter a number of months'],
    ['valueMargin', '0', 'a percentage above 0 and up to 100'],
    ['valueMargin', '120', 'a percentage above 0 and up to 100'],
    ['valueMargin', '-5', 'Enter a percentage such as 40'],
  ])('refuses %s %j in words, beside the field', async (field, value, words) => {
    const { text } = await post('/settings/organisation', { ...form, [field]: value }).expect(422);
    expect(text).toContain(words);
    expect(text).toContain(`id="${field}-error"`);
  });

  it('takes no field that it does not know', async () => {
    await post('/settings/organisation', { ...form, setUpAt: 'never', __proto__: 'x', role: 'admin' }).expect(
      303,
    );
    const settings = await getSettings(test.context.db);
    expect(settings.setUpAt).not.toBe('never');
    expect(Object.keys(settings)).not.toContain('role');
  });
});

describe('removing the sample', () => {
  it('lists what is removed, removes it in pieces by a job, and leaves everything else', async () => {
    const { db, config } = test.context;
    const [first, second] = (await listModels(db)).sort((a, b) => a.id - b.id);
    const asked = await post('/predict', {
      model: String(second!.id),
      ...twoYears(second!.schema.features),
      customer: 'mine',
    });
    expect(asked.status).toBe(303);
    const mine = Number(/\/customers\/(\d+)/.exec(asked.headers['location']!)![1]);

    await admin.get('/batches/sample.csv').expect(200);
    const { text } = await admin.get('/settings/sample').expect(200);
    expect(text).toContain('2,000 scores of generated customers');
    expect(text).toContain(`model ${second!.label}, which is not active`);
    expect(text).toContain(`The active model, ${first!.label}`);
    const writes: string[] = [];
    const listen = ({ sql }: { sql: string }) => writes.push(sql);
    db.on('query', listen);
    await post('/settings/sample/removal', {}).expect(303);
    db.off('query', listen);
    expect(
      writes.filter((sql) => /^(delete|update|select).*`predictions`/.test(sql)),
      'nothing by the request itself',
    ).toEqual([]);
    const waiting = await admin.get('/settings/sample').expect(200);
    expect(waiting.text).toContain('The sample is being removed');
    expect(waiting.text).toContain('2,000 scores left to remove');
    expect((await post('/settings/sample/removal', {}).expect(409)).text).toContain('already being removed');
    await runJobs(test.context);

    expect(await countSamplePredictions(db)).toBe(0);
    expect(await listSampleBatches(db)).toEqual([]);
    expect((await findActiveModel(db))?.id).toBe(first!.id);
    // The one that scored a customer of one's own is archived, and its scores are explained with its file.
    expect(readdirSync(config.modelsDir).sort()).toEqual([first!.file, second!.file].sort());
    expect(readdirSync(config.uploadsDir)).toEqual([]);
    expect(readdirSync(config.dataDir).filter((name) => name.endsWith('.csv'))).toEqual([]);
    expect((await newestEvent()).action).toBe('sample.removed');
    expect((await admin.get('/score')).text).not.toContain('/batches/sample.csv');
    await admin.get('/batches/sample.csv').expect(404);

    // The score of one's own keeps the name of the model that gave it; the model is offered no more.
    expect((await getPrediction(db, mine)).modelLabel).toBe(second!.label);
    expect((await findModel(db, second!.id))?.state).toBe('archived');
    expect((await admin.get(`/predict?from=${mine}`)).text).not.toContain(second!.label);
    await admin.get(`/customers/${mine}`).expect(200);
  });

  it('afterwards shows only the active model, until another is activated', async () => {
    const { db } = test.context;
    const { text } = await admin.get('/settings/sample').expect(200);
    expect(text).toContain('Only the active model');
    const sampleId = (await findActiveModel(db))!.id;
    await activateModel(db, await activateSmallModel(test));
    expect((await admin.get('/settings/sample')).text).toContain('which is not active');
    await post('/settings/sample/removal', {}).expect(303);
    expect(await findModel(db, sampleId)).toBeUndefined();
    expect((await admin.get('/settings/sample')).text).toContain('Everything you see is your own data');
    expect(await prepareFirstStart(db, test.context.config)).toBe(false);
  });
});

function twoYears(features: readonly { readonly levels: readonly string[] }[]): Record<string, string> {
  return Object.fromEntries(features.map(({ levels }, i) => [`f${i}`, levels.at(-1) ?? '20']));
}
