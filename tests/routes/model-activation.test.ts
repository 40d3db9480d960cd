import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { previewActivation } from '../../src/domain/models/activation.ts';
import { listActivations } from '../../src/store/activations.ts';
import { listEvents } from '../../src/store/audit.ts';
import { updateBatch } from '../../src/store/batches.ts';
import { saveLatestRows } from '../../src/store/earlier-scores.ts';
import { findActiveModel, getModel } from '../../src/store/models.ts';
import type { ModelRecord } from '../../src/store/models.ts';
import { rowId } from '../../src/store/score-files/row-id.ts';
import { sampleLatestCustomers } from '../../src/store/score-files/samples.ts';
import {
  activateSmallModel,
  createTestApp,
  customersCsv,
  setUpOrganisation,
  signIn,
} from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { bankCsv } from '../helpers/bank.ts';
import { postForm } from '../helpers/datasets.ts';
import type { Agent } from '../helpers/datasets.ts';
import { addCandidate, scoreFile, scoreFileWith } from '../helpers/models.ts';
import { storeBatch, storeScores } from '../helpers/predictions.ts';
import { forgetLatest, listScores, scoreStore } from '../helpers/scores.ts';

const customers = customersCsv(120, 21);

let test: TestApp;
let admin: Agent;
let first: ModelRecord;
let second: ModelRecord;
/** What the first model said of the customers. */
let original: ReadonlyMap<string, number>;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  first = await getModel(test.context.db, await activateSmallModel(test));
  second = await addCandidate(test, 'Contract alone', ['Contract']);
  admin = await signIn(test, 'admin');
});
afterAll(() => test.close());

const previewOf = (model: ModelRecord) =>
  previewActivation(scoreStore(test), test.context.config.modelsDir, model);
const goBackTo = ({ id }: ModelRecord) => postForm(admin, '/models/rollback', { model: String(id) });
const activeId = async () => (await findActiveModel(test.context.db))?.id;
const activate = ({ id }: ModelRecord) => postForm(admin, `/models/${id}/activation`);
const events = async () => {
  const filter = { action: null, userId: null, from: null, to: null };
  const all = await listEvents(test.context.db, filter, 100, 0);
  return all.filter(({ action }) => action === 'model.activated' || action === 'model.rolled-back');
};
const stored = async () => (await listScores(test)).map(({ probability }) => probability);

describe('the page before an activation', () => {
  it('explains that no customers have been scored, or shows what would change for whom', async () => {
    expect((await admin.get(`/models/${second.id}/activation`).expect(200)).text).toContain(
      'No customers have been scored yet',
    );
    await admin.get('/models/rollback').expect(409);
    ({ scores: original } = await scoreFile(test, admin, customers));
    const { text } = await admin.get(`/models/${second.id}/activation`).expect(200);
    expect(text).toContain('v1 Small</strong> is the active model.');
    const { comparison } = await previewOf(second);
    expect(comparison).toMatchObject({ total: 120, tried: 120, refused: 0 });
    const preview = comparison!;
    expect(preview.moves.reduce((sum, move) => sum + move.customers, 0)).toBe(120);
    const moved = preview.moves.filter(({ from, to }) => from !== to);
    const count = moved.reduce((sum, move) => sum + move.customers, 0);
    expect(count).toBeGreaterThan(0);
    expect(text).toContain(`<strong>${count}</strong> would change level`);
    expect(text).toContain('For all of them together, monthly revenue at risk would');
    expect(await activeId(), 'looking changes nothing').toBe(first.id);
  });

  it('shows no change for the active model', async () => {
    const preview = (await previewOf(first)).comparison!;
    for (const { from, to, customers: count } of preview.moves) if (from !== to) expect(count).toBe(0);
    expect(preview.revenueAtRisk.then).toBeCloseTo(preview.revenueAtRisk.now, 9);
  });
});

describe('activating', () => {
  it('makes the model active, leaves stored scores alone, and is in the audit log once', async () => {
    const before = await stored();
    expect((await activate(second)).status).toBe(303);
    expect(await activeId()).toBe(second.id);
    expect((await getModel(test.context.db, first.id)).state).toBe('candidate');
    expect(await stored()).toEqual(before);
    expect((await admin.get(`/models/${second.id}`)).text).toContain(
      'is active. Stored scores change when customers are scored again.',
    );

    const [again, together] = [
      await activate(second),
      await Promise.all([activate(second), activate(second)]),
    ];
    expect([again, ...together].map(({ status }) => status)).toEqual([303, 303, 303]);
    const [event, ...more] = await events();
    expect(more).toEqual([]);
    expect(event).toMatchObject({ action: 'model.activated', subject: second.label });
    expect(JSON.parse(event!.before!)).toEqual({ active: first.label });
    expect(await listActivations(test.context.db, 10)).toHaveLength(1);
  });

  it('is only for administrators', async () => {
    for (const role of ['analyst', 'viewer'] as const) {
      const agent = await signIn(test, role);
      for (const path of [`/models/${first.id}/activation`, '/models/rollback']) {
        expect((await agent.get(path)).status).toBe(403);
        expect((await postForm(agent, path)).status).toBe(403);
      }
    }
    expect(await activeId()).toBe(second.id);
  });
});

describe('going back', () => {
  it('restores the model before, with the same scores to the last bit', async () => {
    const { scores: now } = await scoreFile(test, admin, customers);
    const { text } = await admin.get('/models/rollback').expect(200);
    expect(text).toContain('Go back to v1 Small?');
    expect(text).toContain(`name="model" value="${first.id}"`);
    expect((await goBackTo(first)).headers['location']).toBe(`/models/${first.id}`);
    expect(await activeId()).toBe(first.id);
    expect((await events())[0]).toMatchObject({ action: 'model.rolled-back', subject: first.label });

    const { scores: back } = await scoreFile(test, admin, customers);
    expect(back).toEqual(original);
    expect(back).not.toEqual(now);

    // And forward again: the one that was left is the one before now.
    await goBackTo(second);
    expect(await activeId()).toBe(second.id);
    expect((await scoreFile(test, admin, customers)).scores).toEqual(now);
  });

  it('happens once: a second click does not undo the first', async () => {
    const recorded = (await events()).length;
    const clicks = await Promise.all([goBackTo(first), goBackTo(first)]);
    expect([...clicks, await goBackTo(first)].map(({ status }) => status)).toEqual([303, 303, 303]);
    expect(await activeId()).toBe(first.id);
    expect(await events()).toHaveLength(recorded + 1);
    expect((await postForm(admin, '/models/rollback')).status).toBe(422);
    await goBackTo(second);
  });

  it('is refused when another model was activated since the page was opened', async () => {
    const third = await addCandidate(test, 'Third', ['tenure']);
    expect((await activate(third)).status).toBe(303);
    const { status, text } = await goBackTo(first);
    expect([status, text.includes('Open the page again')]).toEqual([409, true]);
    expect(await activeId()).toBe(third.id);
    await goBackTo(second);
    expect(await activeId()).toBe(second.id);
    await activate(first);
    await activate(second);
  });

  it('is refused when the model before is archived', async () => {
    await postForm(admin, `/models/${first.id}/archiving`);
    await admin.get('/models/rollback').expect(409);
    expect((await goBackTo(first)).status).toBe(409);
    expect((await admin.get('/models')).text).not.toContain('Go back to');
    await postForm(admin, `/models/${first.id}/candidacy`);
    await admin.get('/models/rollback').expect(200);
  });
});

describe('what cannot score', () => {
  it('a model whose file is gone is refused with a reason, also where it was read before; its card says so', async () => {
    const lost = await addCandidate(test, 'Lost', ['Contract', 'tenure']);
    await admin.get(`/models/${lost.id}/activation`).expect(200);
    rmSync(join(test.context.config.modelsDir, lost.file));
    const answers = [
      await admin.get(`/models/${lost.id}/activation`),
      await activate(lost),
      await admin.get(`/models/${lost.id}`),
      await admin.get(`/models/${lost.id}/file`),
      await postForm(admin, `/models/${lost.id}/challenge`),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(409);
      expect(answer.text).toMatch(/The model v\d+ Lost cannot be used\. Its file is missing/);
    }
    expect(await activeId()).toBe(second.id);
  });

  it('a model to go back to whose file was changed is refused', async () => {
    const path = join(test.context.config.modelsDir, first.file);
    const bytes = readFileSync(path);
    await previewOf(first);
    const changed = Buffer.from(bytes);
    changed[400]! ^= 1;
    writeFileSync(path, changed);
    for (const answer of [await goBackTo(first), await admin.get('/models/rollback')]) {
      expect(answer.status).toBe(409);
      expect(answer.text).toContain('Its file is not the one that was trained.');
    }
    expect(await activeId()).toBe(second.id);
    writeFileSync(path, bytes);
    await admin.get('/models/rollback').expect(200);
  });

  it.each<[string, () => ModelRecord]>([
    ['the active model', () => second],
    ['another model', () => first],
  ])('%s: told on home, on the models page and to the machine that watches', async (_which, chosen) => {
    const model = chosen();
    await test.context.db('models').where({ name: 'Lost' }).delete();
    const path = join(test.context.config.modelsDir, model.file);
    const bytes = readFileSync(path);
    expect((await admin.get('/health/ready')).body).toEqual({ status: 'ready' });
    for (const page of ['/', '/models']) expect((await admin.get(page)).text).not.toContain('cannot be used');
    writeFileSync(path, bytes.subarray(0, 500));
    const watched = await admin.get('/health/ready').expect(200);
    expect(watched.body).toEqual({ status: 'degraded', problem: 'model file missing or damaged' });
    for (const page of ['/', '/models'])
      expect((await admin.get(page).expect(200)).text).toMatch(
        new RegExp(
          `role="alert"><span>The model ${model.label} cannot be used\\. [^<]+<a href="/models/${model.id}">`,
        ),
      );
    expect((await admin.get('/models')).text.match(/Cannot be used/g)).toHaveLength(1);
    expect((await admin.get(`/models/${model.id}/file`)).status).toBe(409);
    expect((await postForm(admin, '/predict', { model: String(model.id) })).status).toBe(409);
    writeFileSync(path, bytes);
    expect((await admin.get('/health/ready')).body).toEqual({ status: 'ready' });
  });

  it('an archived model with a damaged file is reported only on its own page', async () => {
    const old = await addCandidate(test, 'Old', ['Contract']);
    await postForm(admin, `/models/${old.id}/archiving`);
    rmSync(join(test.context.config.modelsDir, old.file));
    expect((await admin.get('/health/ready')).body).toEqual({ status: 'ready' });
    expect((await admin.get('/')).text).not.toContain('cannot be used');
    expect((await admin.get(`/models/${old.id}`).expect(409)).text).toContain('cannot be used');
  });
});

describe('a model of other columns than those of the customers scored so far', () => {
  it('is activated without a comparison, and the overview shows its own customers', async () => {
    const bank = await addCandidate(test, 'Bank', null, bankCsv(300, 3));
    const page = await admin.get(`/models/${bank.id}/activation`).expect(200);
    expect(page.text).toContain('so there is nothing to compare');
    expect(page.text).not.toContain('For all of them together, monthly revenue at risk would');
    expect(await previewOf(bank)).toMatchObject({ comparison: null, hasScores: true });
    expect((await activate(bank)).status).toBe(303);
    expect(await activeId()).toBe(bank.id);
    await goBackTo(second);
  });

  it('also where they share all columns but one, or their file did not have one', async () => {
    const wider = await addCandidate(test, 'Wider', ['Contract', 'tenure', 'MonthlyCharges']);
    const narrow = await addCandidate(test, 'Narrow', ['Contract', 'tenure']);
    await forgetLatest(test);
    await scoreFileWith(test, admin, narrow, customers);
    expect((await previewOf(wider)).comparison).toBeNull();
    expect((await previewOf(narrow)).comparison).toMatchObject({ total: 120, tried: 120 });

    await forgetLatest(test);
    const [header, ...rows] = customers.trimEnd().split('\n');
    const place = header!.split(',').indexOf('MonthlyCharges');
    const without = [header!, ...rows].map((line) => line.split(',').toSpliced(place, 1).join(','));
    await scoreFileWith(test, admin, wider, without.join('\n'));
    expect((await previewOf(wider)).comparison).toBeNull();
    expect((await previewOf(narrow)).comparison).toMatchObject({ total: 120 });
  });
});

describe('the customers that a preview is tried on', () => {
  it('are taken evenly by rank, whatever pattern their numbers have', async () => {
    const store = scoreStore(test);
    const modelIds = (await store.db('models').pluck('id')) as number[];
    const population = { modelIds, includesSample: true };
    await forgetLatest(test);
    const batchId = await storeBatch(test, first.id, 240);
    await storeScores(test, first, 240, { batchId });
    const odd = Array.from({ length: 120 }, (_, i) => 2 * i + 1);
    await forgetLatest(test);
    await saveLatestRows(store.db, batchId, odd);
    await updateBatch(store.db, batchId, { latestCount: odd.length });
    const most = Math.floor(odd.length / 2);
    const sample = await sampleLatestCustomers(store, { population, exceptBatches: [], most });
    expect(sample.total).toBe(odd.length);
    expect(sample.customers).toHaveLength(most);
    const ids = odd.map((row) => rowId(batchId, row));
    const ranks = sample.customers.map(({ id }) => ids.indexOf(id));
    for (let i = 1; i < ranks.length; i++) expect(ranks[i]! - ranks[i - 1]!).toBeLessThanOrEqual(3);
    const all = await sampleLatestCustomers(store, { population, exceptBatches: [], most: odd.length + 7 });
    expect(all.customers.map(({ id }) => id)).toEqual(ids);
  });
});
