import { readdirSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paperColumns } from '../../src/domain/sample/files.ts';
import type request from 'supertest';
import { inTransaction } from '../../src/db.ts';
import { removeBatch, removeBatchScores } from '../../src/domain/batches/removal.ts';
import { healInterrupted } from '../../src/domain/jobs/interrupted.ts';
import { cancelJob } from '../../src/domain/jobs/failure.ts';
import { failAttempt } from '../../src/jobs/run-job.ts';
import { getBatch } from '../../src/store/batches.ts';
import { claimJob } from '../../src/store/job-leases.ts';
import { finishJob, saveProgress } from '../../src/store/job-progress.ts';
import { enqueueJob, listJobs, listOpenJobs } from '../../src/store/jobs.ts';
import type { Job } from '../../src/store/jobs.ts';
import { activateSmallModel, createTestApp, csrfToken, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { corpus, header } from '../helpers/corpus.ts';
import { listScores } from '../helpers/scores.ts';
import { runJobs } from '../helpers/work.ts';

type Agent = ReturnType<typeof request.agent>;
let test: TestApp;
let agent: Agent;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  await activateSmallModel(test, paperColumns);
  agent = await signIn(test, 'analyst');
});
afterAll(() => test.close());

async function upload(bytes: Buffer, name = 'customers.csv') {
  const csrf = await csrfToken(agent, '/account');
  return agent.post('/batches').field('_csrf', csrf).attach('file', bytes, name);
}

/** Uploads, checks, scores; gives the batch. */
async function score(bytes: Buffer) {
  const id = Number(/\/batches\/(\d+)/.exec((await upload(bytes)).headers['location']!)![1]);
  await runJobs(test.context);
  const _csrf = await csrfToken(agent, '/account');
  await agent.post(`/batches/${id}/scoring`).type('form').send({ _csrf }).expect(303);
  await runJobs(test.context);
  return getBatch(test.context.db, id);
}

/** The work of a job that removes a batch, without the transaction that ends it. */
async function removeScores({ payload }: Job): Promise<void> {
  const { db, config } = test.context;
  await removeBatchScores(db, config.uploadsDir, payload, { step: () => Promise.resolve('go on') });
}

async function download(id: number, name: string): Promise<string[][]> {
  const { text } = await agent.get(`/batches/${id}/files/${name}`).buffer().expect(200);
  return parse(text, { bom: true });
}

describe('files of every kind', () => {
  it.each(corpus)('$name → $status', async ({ bytes, status, says, scored, rejected, blank = 0 }) => {
    const before = readdirSync(test.context.config.uploadsDir).length;
    const answer = await upload(bytes);
    expect(answer.status).toBe(status);
    if (status !== 303) {
      expect(answer.text).toMatch(says!);
      expect(answer.text).not.toContain('    at ');
      expect(readdirSync(test.context.config.uploadsDir).length, 'nothing is left behind').toBe(before);
      return;
    }
    const batch = await score(bytes);
    expect([batch.scoredCount, batch.rejectedCount, batch.blankCount]).toEqual([scored, rejected, blank]);
    expect(batch.scoredCount + batch.rejectedCount).toBe(batch.rowCount);
    expect(batch.state).toBe(scored === 0 ? 'failed' : 'done');
  });

  it('names row, column, found and expected of what it could not read', async () => {
    const { id } = await score(
      Buffer.from(
        `${header}\nok,Two year,No,No,DSL,No,3,20,60\nbad,Two year,No,No,DSL,No,three,20,60\nshort,No\n`,
      ),
    );
    const [, first, second] = await download(id, 'rejected.csv');
    expect(first!.slice(0, 3)).toEqual([
      '3',
      'tenure',
      expect.stringMatching(/found 'three', expected a number/),
    ]);
    expect(second!.slice(0, 3)).toEqual(['4', 'whole row', expect.stringMatching(/2 cells.*9 cells/)]);
  });
});

describe('a file with rows of empty cells', () => {
  const bytes = Buffer.from(`${header}\na,Two year,No,No,DSL,No,3,20,60\n,,,,,,,,\nb,x\n , ,"",,,,,,\n`);

  it('skips and counts them: on the check page, in the counts and with the results', async () => {
    const path = (await upload(bytes)).headers['location']!;
    await runJobs(test.context);
    const { text: check } = await agent.get(path.replace('progress', 'check')).expect(200);
    expect(check).toContain('all 2 rows read');
    expect(check).toContain('2 rows have nothing but empty cells; they are skipped.');
    const { id, rowCount, scoredCount, rejectedCount, blankCount } = await score(bytes);
    expect([rowCount, scoredCount, rejectedCount, blankCount]).toEqual([2, 1, 1, 2]);
    const { text: results } = await agent.get(`/batches/${id}/results`).expect(200);
    expect(results).toContain('2 blank rows were skipped.');
  });

  it('gives all rows back in their order, those that were rejected with their reason', async () => {
    const { id } = await score(
      Buffer.from(
        `${header}\nbad,Two year,No,No,DSL,No,three,20,60\nok,Two year,No,No,DSL,No,3,20,60\nshort,No\n`,
      ),
    );
    const { text } = await agent.get(`/batches/${id}/results`).expect(200);
    expect(text).toContain('Download all 3 rows');
    const [names, ...rows] = await download(id, 'scored.csv');
    const place = names!.indexOf('churn_probability');
    expect(rows.map((row) => [row[0], row[place] === '', row.length])).toEqual([
      ['bad', true, names!.length],
      ['ok', false, names!.length],
      ['short', true, names!.length],
    ]);
    expect(rows[0]!.at(-1)).toMatch(/^Not scored: tenure: found 'three', expected a number/);
    expect(rows[2]!.at(-1)).toMatch(/^Not scored: whole row: found '2 cells'/);
    expect(await download(id, 'high-risk.csv')).toHaveLength(1);
  });
});

describe('a file that is scored later than it was uploaded', () => {
  it('says when it was scored, and both times in the list of files', async () => {
    const path = (await upload(Buffer.from(`${header}\nlate,Two year,No,No,DSL,No,3,20,60\n`))).headers[
      'location'
    ]!;
    const id = Number(/\d+/.exec(path)![0]);
    await runJobs(test.context);
    const uploaded = '2026-01-02T03:04:05.000Z';
    await test.context.db('batches').where({ id }).update({ created_at: uploaded });
    await agent
      .post(`/batches/${id}/scoring`)
      .type('form')
      .send({ _csrf: await csrfToken(agent, '/account') });
    const before = new Date().toISOString();
    await runJobs(test.context);
    const { scoresAt: scoredAt } = await getBatch(test.context.db, id);
    expect(scoredAt! >= before).toBe(true);
    const { createdAt, finishedAt } = await getBatch(test.context.db, id);
    expect([createdAt, finishedAt! >= scoredAt!]).toEqual([uploaded, true]);
    const { text } = await agent.get('/score').expect(200);
    expect(text).toMatch(/<th scope="col">Uploaded<\/th>\s*<th scope="col">Finished<\/th>/);
  });

  it('is complete when its job is, however rarely progress was saved', async () => {
    const { db } = test.context;
    const job = { kind: 'check-batch', payload: { batchId: 0 }, subject: 'Check', createdBy: null } as const;
    const jobId = await enqueueJob(db, job);
    const lease = (await claimJob(db, 'test'))!;
    await saveProgress(db, lease, { done: 0, total: 35_529, stage: null });
    await finishJob(db, lease, 'done');
    expect((await listJobs(db, 500)).find(({ id }) => id === jobId)).toMatchObject({ done: 35_529 });
  });
});

describe('the scored file', () => {
  it('keeps columns, order and text, and appends the columns of Holdfast', async () => {
    const { id } = await score(
      Buffer.from(`${header},extra\n00123,Month-to-month,No,No,DSL,Yes,1,29.85,,kept\n`),
    );
    const [names, row] = await download(id, 'scored.csv');
    expect(names!.slice(0, 10)).toEqual([...header.split(','), 'extra']);
    expect(names!.slice(10)).toEqual([
      'Churn',
      'churn_probability',
      'risk_level',
      'reason_1',
      'reason_2',
      'reason_3',
      'recommended_action',
      'expected_saving',
      'model_version',
      'notes',
    ]);
    expect(row![0]).toBe('00123');
    expect(row![9]).toBe('kept');
    expect(row![10]).toMatch(/^(Churn|No-churn)$/);
    expect(row!.at(-1)).toContain('totalcharges is missing');
  });

  it('calls its verdict Churn_predicted where the file has a Churn column', async () => {
    const { id } = await score(Buffer.from(`${header},Churn\na,Two year,No,No,DSL,No,3,20,60,Yes\n`));
    const [names, row] = await download(id, 'scored.csv');
    expect(names!.slice(9, 11)).toEqual(['Churn', 'Churn_predicted']);
    expect(row![9]).toBe('Yes');
  });

  it('holds no cell that a spreadsheet would run, and negative numbers stay numbers', async () => {
    const { id } = await score(
      Buffer.from(
        `${header},note\n"=1+1",Two year,No,No,DSL,No,3,20,60,-5\n@x,Two year,No,No,DSL,No,3,20,60,+cmd\n`,
      ),
    );
    const rows = (await download(id, 'scored.csv')).slice(1);
    expect(rows.map((row) => [row[0], row[9]])).toEqual([
      ["'=1+1", '-5'],
      ["'@x", "'+cmd"],
    ]);
  });

  it('can be had as high risk alone', async () => {
    const { id, highCount } = await score(
      Buffer.from(
        `${header}\n${Array.from({ length: 30 }, (_, i) => `c${i},${i % 2 ? 'Month-to-month' : 'Two year'},No,No,Fiber optic,No,${1 + i},90.5,${90 * (1 + i)}`).join('\n')}\n`,
      ),
    );
    const rows = (await download(id, 'high-risk.csv')).slice(1);
    expect(rows.length).toBe(highCount);
    expect(rows.every((row) => row.includes('high'))).toBe(true);
  });
});

describe('a batch', () => {
  it('with columns under other names is mapped by a person', async () => {
    const answer = await upload(Buffer.from('who,vertrag,monate\na,Two year,5\n'));
    const path = answer.headers['location']!;
    expect(path).toMatch(/mapping$/);
    const { text } = await agent.get(path);
    expect(text).toContain('Not found by name');
    const _csrf = await csrfToken(agent, '/account');
    await agent
      .post(path)
      .type('form')
      .send({ _csrf, model: '1', f0: '1', f5: '2', identifier: '0' })
      .expect(303);
    await runJobs(test.context);
    const check = await agent.get(path.replace('mapping', 'check'));
    expect(check.text).toContain('Score 1 customer');
  });

  it('without any matched column shows the form again, with the error and what was chosen', async () => {
    const path = (await upload(Buffer.from('who,vertrag\na,Two year\n'))).headers['location']!;
    const _csrf = await csrfToken(agent, '/account');
    const answer = await agent.post(path).type('form').send({ _csrf, model: '1', f0: '', identifier: '0' });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('<title>Error: Match the columns');
    expect(answer.text).toMatch(/<a href="#f0">No column is matched\. Match at least one input/);
    expect(answer.text).toMatch(
      /id="identifier"[^>]*>\s*<option value="">[^<]*<\/option>\s*<option value="0" selected>/,
    );
    const noModel = await agent.post(path).type('form').send({ _csrf, model: '999', f0: '1' });
    expect(noModel.status).toBe(422);
    expect(noModel.text).toContain('This model no longer exists.');
    expect((await getBatch(test.context.db, Number(/\d+/.exec(path)![0]))).state).toBe('uploaded');
  });

  it('clicked twice is scored once', async () => {
    const id = Number(
      /\/batches\/(\d+)/.exec(
        (await upload(Buffer.from(`${header}\na,Two year,No,No,DSL,No,3,20,60\n`))).headers['location']!,
      )![1],
    );
    await runJobs(test.context);
    const _csrf = await csrfToken(agent, '/account');
    const click = () => agent.post(`/batches/${id}/scoring`).type('form').send({ _csrf });
    await Promise.all([click(), click()]);
    await runJobs(test.context);
    const jobs = await test.context
      .db('jobs')
      .where({ kind: 'score-batch' })
      .whereLike('payload', `%:${id}}`);
    expect(jobs).toHaveLength(1);
  });

  it('deleted gives customers their earlier score back and leaves no file', async () => {
    const line = (tenure: number) =>
      Buffer.from(`${header}\nundo-me,Month-to-month,No,No,DSL,No,${tenure},20,60\n`);
    const first = await score(line(1));
    const second = await score(line(60));
    const latest = async () => (await listScores(test, { search: 'undo-me' })).map(({ batchId }) => batchId);
    expect(await latest()).toEqual([second.id]);
    const _csrf = await csrfToken(agent, '/account');
    await agent.post(`/batches/${second.id}/removal`).type('form').send({ _csrf }).expect(303);
    expect(await latest()).toEqual([first.id]);
    expect(
      readdirSync(test.context.config.uploadsDir).filter((name) => name.startsWith(second.file)),
    ).toEqual([]);
    await agent.get(`/batches/${second.id}`).expect(404);
  });

  it('deleted by a job gives the same, and an interrupted run continues', async () => {
    const { context } = test;
    const { db } = context;
    const lines = (tenure: number) =>
      [1, 2, 3, 1].map((i) => `piece-${i},Month-to-month,No,No,DSL,No,${tenure},20,60`).join('\n');
    const first = await score(Buffer.from(`${header}\n${lines(5)}\n`));
    const second = await score(Buffer.from(`${header}\n${lines(61)}\n`));
    const ada = { id: 1, name: 'Ada', email: '', role: 'admin', theme: 'system' } as const;
    expect(await removeBatch({ db, uploadsDir: context.config.uploadsDir, user: ada }, second.id, 0)).toBe(
      'later',
    );
    expect(await removeBatch({ db, uploadsDir: context.config.uploadsDir, user: ada }, second.id, 0)).toBe(
      'later',
    );
    expect(await listOpenJobs(db)).toHaveLength(1);
    expect((await agent.get('/score')).text).toContain('Deleting');
    const { text } = await agent.get(`/batches/${second.id}/progress`).expect(200);
    expect(text).toContain('Deleting customers.csv');
    expect(text).not.toContain('/cancellation');
    // Without JavaScript it is reloaded; with it, its own script keeps it fresh.
    expect(text).toContain('<noscript><meta http-equiv="refresh" content="2"></noscript>');
    expect(text).not.toContain('reload-page.js');
    const latest = async () => (await listScores(test, { search: 'piece-' })).map(({ batchId }) => batchId);
    expect(await latest()).toEqual([second.id, second.id, second.id]);
    // As after a crash in front of the last transaction.
    await removeScores((await listOpenJobs(db))[0]!);
    expect(await latest()).toEqual([first.id, first.id, first.id]);
    await runJobs(context);
    expect(await latest()).toEqual([first.id, first.id, first.id]);
    expect(readdirSync(context.config.uploadsDir).filter((name) => name.startsWith(second.file))).toEqual([]);
    const answer = await agent.get(`/batches/${second.id}/progress`).accept('json').expect(200);
    expect(answer.body).toEqual({ next: '/score' });
  });

  describe('whose deletion is cancelled or fails', () => {
    const ada = { id: 1, name: 'Ada', email: '', role: 'admin', theme: 'system' } as const;
    const removal = async (): Promise<Job> => (await listOpenJobs(test.context.db))[0]!;
    const lines = (name: string) =>
      [1, 2, 3, 4].map((i) => `${name}-${i},Month-to-month,No,No,DSL,No,${i * 15},20,60`).join('\n');

    it('is cancelled before anything is deleted, is unchanged', async () => {
      const { db, config } = test.context;
      const batch = await score(Buffer.from(`${header}\n${lines('kept')}\n`));
      await removeBatch({ db, uploadsDir: config.uploadsDir, user: ada }, batch.id, 0);
      await cancelJob(db, (await removal()).id);
      expect(await getBatch(db, batch.id)).toEqual(batch);
      await agent.get(`/batches/${batch.id}/results`).expect(200);
    });

    it('fails half-way, says what is left, also after a restart, and can be deleted completely', async () => {
      const { context } = test;
      const { db, config } = context;
      const batch = await score(Buffer.from(`${header}\n${lines('half')}\n`));
      await removeBatch({ db, uploadsDir: config.uploadsDir, user: ada }, batch.id, 0);
      const job = (await claimJob(db, 'test'))!;
      await removeScores(job);
      await inTransaction(db, (trx) => failAttempt(trx, job, 'Its files cannot be deleted.', true));
      await healInterrupted(db);
      expect(await listOpenJobs(db)).toEqual([]);
      const left = await getBatch(db, batch.id);
      expect(left).toMatchObject({ state: 'partly-removed', scoredCount: 0 });
      expect(left.lowCount + left.mediumCount + left.highCount).toBe(0);
      expect((await agent.get('/score')).text).toContain('Partly deleted');
      const { text } = await agent.get(`/batches/${batch.id}/progress`).expect(200);
      expect(text).toContain('This file is partly deleted.');
      expect(text).toContain('Its files cannot be deleted. 0 scores of 4 rows are left.');
      expect(text).toContain('Delete the rest');
      await agent.get(`/batches/${batch.id}/results`).expect(303);
      const _csrf = await csrfToken(agent, '/account');
      await agent.post(`/batches/${batch.id}/removal`).type('form').send({ _csrf }).expect(303);
      expect((await getBatch(db, batch.id)).state).toBe('removing');
      await runJobs(context);
      await agent.get(`/batches/${batch.id}`).expect(404);
      expect(await listScores(test, { batch: batch.id })).toEqual([]);
    });
  });

  it('may be called anything: it is stored under a random name and shown as text', async () => {
    const answer = await upload(
      Buffer.from(`${header}\na,Two year,No,No,DSL,No,3,20,60\n`),
      '../../<script>x.csv',
    );
    const { text } = await agent.get(answer.headers['location']!);
    expect(text).not.toContain('<script>x');
    expect(readdirSync(test.context.config.uploadsDir).every((name) => /^[0-9a-f]{32}/.test(name))).toBe(
      true,
    );
  });

  it('of two files, or without one, is refused', async () => {
    const csrf = await csrfToken(agent, '/account');
    await agent
      .post('/batches')
      .field('_csrf', csrf)
      .attach('file', Buffer.from('a'), 'a.csv')
      .attach('file', Buffer.from('b'), 'b.csv')
      .expect(400);
    await agent.post('/batches').field('_csrf', csrf).field('other', 'x').expect(422);
  });
});
