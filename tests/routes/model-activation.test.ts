import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { previewActivation } from '../../src/domain/activation.ts';
import { listActivations } from '../../src/store/activations.ts';
import { listEvents } from '../../src/store/audit.ts';
import { findActiveModel, getModel } from '../../src/store/models.ts';
import type { ModelRecord } from '../../src/store/models.ts';
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
import { addCandidate, scoreFile } from '../helpers/models.ts';

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

const activeId = async () => (await findActiveModel(test.context.db))?.id;
const activate = ({ id }: ModelRecord) => postForm(admin, `/models/${id}/activation`);
const events = async () => {
  const filter = { action: null, userId: null, from: null, to: null };
  const all = await listEvents(test.context.db, filter, 100, 0);
  return all.filter(({ action }) => action === 'model.activated' || action === 'model.rolled-back');
};
const stored = async () => {
  const rows = await test.context.db<{ probability: number; id: number }>('predictions').orderBy('id');
  return rows.map(({ probability }) => probability);
};

describe('the page before an activation', () => {
  it('says that nobody was scored yet, or what would change for whom', async () => {
    expect((await admin.get(`/models/${second.id}/activation`).expect(200)).text).toContain(
      'Nobody was scored yet.',
    );
    await admin.get('/models/rollback').expect(409);
    ({ scores: original } = await scoreFile(test, admin, customers));
    const { text } = await admin.get(`/models/${second.id}/activation`).expect(200);
    expect(text).toContain('v1 Small</strong> scores now');
    const preview = await previewActivation(test.context.db, test.context.config.modelsDir, second);
    expect(preview).toMatchObject({ total: 120, tried: 120, refused: 0, unknownFeatures: [] });
    expect(preview.moves.reduce((sum, move) => sum + move.customers, 0)).toBe(120);
    const moved = preview.moves.filter(({ from, to }) => from !== to);
    const count = moved.reduce((sum, move) => sum + move.customers, 0);
    expect(count).toBeGreaterThan(0);
    expect(text).toContain(`<strong>${count}</strong> would change level`);
    expect(text).toContain('Revenue at risk a month would go from');
    expect(await activeId(), 'looking changes nothing').toBe(first.id);
  });

  it('of the model that scores already moves nobody', async () => {
    const preview = await previewActivation(test.context.db, test.context.config.modelsDir, first);
    for (const { from, to, customers: count } of preview.moves) if (from !== to) expect(count).toBe(0);
    expect(preview.revenueAtRisk.then).toBeCloseTo(preview.revenueAtRisk.now, 9);
  });
});

describe('activating', () => {
  it('lets the model score from then on, leaves stored scores alone, and is on record once', async () => {
    const before = await stored();
    expect((await activate(second)).status).toBe(303);
    expect(await activeId()).toBe(second.id);
    expect((await getModel(test.context.db, first.id)).state).toBe('candidate');
    expect(await stored()).toEqual(before);
    expect((await admin.get(`/models/${second.id}`)).text).toContain('scores from now on');

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

  it('is kept for administrators', async () => {
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
    expect((await postForm(admin, '/models/rollback')).headers['location']).toBe(`/models/${first.id}`);
    expect(await activeId()).toBe(first.id);
    expect((await events())[0]).toMatchObject({ action: 'model.rolled-back', subject: first.label });

    const { scores: back } = await scoreFile(test, admin, customers);
    expect(back).toEqual(original);
    expect(back).not.toEqual(now);

    // And forward again: the one that was left is the one before now.
    await postForm(admin, '/models/rollback');
    expect(await activeId()).toBe(second.id);
    expect((await scoreFile(test, admin, customers)).scores).toEqual(now);
  });

  it('has nowhere to go when the one before is archived', async () => {
    await postForm(admin, `/models/${first.id}/archiving`);
    await admin.get('/models/rollback').expect(409);
    expect((await postForm(admin, '/models/rollback')).status).toBe(409);
    expect((await admin.get('/models')).text).not.toContain('Go back to');
    await postForm(admin, `/models/${first.id}/candidacy`);
    await admin.get('/models/rollback').expect(200);
  });
});

describe('what cannot score', () => {
  it('a model of other columns than the stored customers have is refused, and says how to go on', async () => {
    const bank = await addCandidate(test, 'Bank', null, bankCsv(300, 3));
    const page = await admin.get(`/models/${bank.id}/activation`).expect(200);
    expect(page.text).toContain('The customers scored so far do not have');
    const { status, text } = await activate(bank);
    expect([status, text.includes('Score a file with it first')]).toEqual([409, true]);
    expect(await activeId()).toBe(second.id);
  });

  it('a model whose file is gone is refused in words; its card stays', async () => {
    const lost = await addCandidate(test, 'Lost', ['Contract', 'tenure']);
    rmSync(join(test.context.config.modelsDir, lost.file));
    for (const answer of [await admin.get(`/models/${lost.id}/activation`), await activate(lost)]) {
      expect(answer.status).toBe(409);
      expect(answer.text).toMatch(/The model v\d+ Lost cannot be used\./);
    }
    await admin.get(`/models/${lost.id}`).expect(200);
    expect((await postForm(admin, `/models/${lost.id}/challenge`)).status).toBe(409);
    await admin.get(`/models/${lost.id}/file`).expect(409);
    expect(await activeId()).toBe(second.id);
  });
});
