/** A score file that is missing, cut short or changed: named by its upload, left out, and made again. */
import { readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sweep } from '../../src/domain/jobs/cleanup.ts';
import { batchFile } from '../../src/domain/batches/files.ts';
import { paperColumns } from '../../src/domain/sample/files.ts';
import { listActions } from '../../src/store/audit.ts';
import { getBatch } from '../../src/store/batches.ts';
import type { BatchRecord } from '../../src/store/batches.ts';
import { listJobs } from '../../src/store/jobs.ts';
import { findAllOf, findLatestOf } from '../../src/store/score-files/latest.ts';
import { scoreFile } from '../../src/store/score-files/names.ts';
import { placeOfId } from '../../src/store/score-files/row-id.ts';
import { activateSmallModel, createTestApp, csrfToken, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { header } from '../helpers/corpus.ts';
import { postForm } from '../helpers/datasets.ts';
import type { Agent } from '../helpers/datasets.ts';
import { listScores, scoreStore } from '../helpers/scores.ts';
import { runJobs } from '../helpers/work.ts';

let test: TestApp;
let agent: Agent;
beforeEach(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  await activateSmallModel(test, paperColumns);
  agent = await signIn(test, 'analyst');
});
afterEach(() => test.close());

/** The customers with these numbers, with a tenure of their own. */
const csv = (from: number, until: number): Buffer =>
  Buffer.from(
    [
      header,
      ...Array.from({ length: until - from }, (_, i) => {
        const number = from + i;
        return number % 20 === 9
          ? `c${number},Two year,No,No,DSL,No,many,20,60`
          : `c${number},Two year,No,No,DSL,No,${number % 70},20,60`;
      }),
    ].join('\n'),
  );

async function score(name: string, bytes: Buffer): Promise<BatchRecord> {
  const _csrf = await csrfToken(agent, '/account');
  const { headers } = await agent
    .post('/batches')
    .field('_csrf', _csrf)
    .field('scoreAtOnce', 'yes')
    .attach('file', bytes, name);
  await runJobs(test.context);
  return getBatch(test.context.db, Number(/\d+/.exec(headers['location']!)![0]));
}

const pathOf = (batch: BatchRecord): string => join(test.context.config.uploadsDir, scoreFile(batch.file));

const damages = {
  missing: (path: string) => {
    rmSync(path);
  },
  short: (path: string) => {
    truncateSync(path, 900);
  },
  changed: (path: string) => {
    const bytes = readFileSync(path);
    // Somewhere in the columns.
    for (let at = Math.floor(bytes.length / 2); at < bytes.length; at += 8) bytes[at]! ^= 1;
    writeFileSync(path, bytes);
  },
} as const;

const notice = ({ id, originalName }: BatchRecord): string =>
  `The scores of <a href="/batches/${id}">${originalName}</a>, uploaded`;

describe.each(Object.entries(damages))('a score file that is %s', (_what, damage) => {
  it('is named by its upload wherever its customers are missing, and nothing fails', async () => {
    const first = await score('spring.csv', csv(0, 40));
    const second = await score('summer.csv', csv(40, 60));
    expect((await agent.get('/health/ready')).body).toEqual({ status: 'ready' });
    damage(pathOf(first));
    for (const page of ['/customers', '/', '/analytics', '/customers?search=c4', '/analytics?columns=all']) {
      const { text } = await agent.get(page).expect(200);
      expect(text, page).toContain(notice(first));
      expect(text, page).toContain(
        'cannot be read and are left out: open that file to score it again or delete it.',
      );
      expect(text, page).not.toContain(first.file);
    }
    expect((await agent.get('/customers')).text).toContain(`${second.scoredCount} customers`);
    const own = await agent.get(`/customers?batch=${second.id}`).expect(200);
    expect(own.text).not.toContain('cannot be read');
    expect((await agent.get('/health/ready')).body).toEqual({
      status: 'degraded',
      problem: 'score file missing or damaged',
    });
  });

  it('is no complete download: it says whose customers would be missing', async () => {
    const first = await score('spring.csv', csv(0, 40));
    const second = await score('summer.csv', csv(40, 60));
    damage(pathOf(first));
    const refused = await agent.get('/customers.csv').set('Accept', 'text/html').expect(409);
    expect(refused.text).toContain('The scores of spring.csv, uploaded on ');
    expect(refused.text).toContain(`<a href="/batches/${first.id}">Open spring.csv</a>`);
    const { text } = await agent.get(`/customers.csv?batch=${second.id}`).buffer().expect(200);
    expect(text.trim().split('\n')).toHaveLength(1 + second.scoredCount);
  });

  it('does not keep a customer from being scored, nor a file from being scored or deleted', async () => {
    const first = await score('spring.csv', csv(0, 40));
    damage(pathOf(first));
    const second = await score('summer.csv', csv(20, 60));
    expect(second).toMatchObject({ state: 'done', latestCount: second.scoredCount });
    const { text } = await agent.get('/predict');
    const names = [...text.matchAll(/<select[^>]* name="(f\d+)"/g)].map(([, name]) => name!);
    const form = {
      ...Object.fromEntries(names.map((name) => [name, '__not_known__'])),
      ...{ customer: 'c7', model: /name="model" value="(\d+)"/.exec(text)?.[1] ?? '' },
    };
    const single = await postForm(agent, '/predict', form);
    expect(single.status).toBe(303);
    await agent.get(single.headers['location']!).expect(200);
    await postForm(agent, `/batches/${second.id}/removal`);
    await runJobs(test.context);
    expect((await agent.get(`/batches/${first.id}/results`).expect(200)).text).toContain('Score again');
    expect((await postForm(agent, `/batches/${first.id}/removal`)).status).toBe(303);
    expect((await agent.get('/').expect(200)).text).not.toContain('cannot be read');
  });

  it('is made again with the model and rules of then, and takes its place in time', async () => {
    const first = await score('spring.csv', csv(0, 40));
    const scores = await listScores(test, { batch: first.id });
    const output = readFileSync(join(test.context.config.uploadsDir, batchFile(first, 'scored')));
    damage(pathOf(first));
    await score('summer.csv', csv(20, 30));
    const results = await agent.get(`/batches/${first.id}/results`).expect(200);
    expect(results.text).toContain('cannot be read, because the file that holds them is damaged');
    expect(results.text).not.toContain('Highest-risk customers');
    expect(results.text).toContain(`action="/batches/${first.id}/rescoring"`);
    const again = await postForm(agent, `/batches/${first.id}/rescoring`);
    expect(again.headers['location']).toBe(`/batches/${first.id}/progress`);
    expect((await agent.get('/').expect(200)).text).not.toContain('cannot be read');
    // A second click does nothing.
    await postForm(agent, `/batches/${first.id}/rescoring`);
    await runJobs(test.context);
    const rescored = await getBatch(test.context.db, first.id);
    const { latestCount, finishedAt, ...counts } = rescored;
    expect(first).toMatchObject({ ...counts, report: first.report });
    expect(finishedAt! > first.finishedAt!).toBe(true);
    // Ten customers came in the file after it; one of them was rejected in both.
    expect(latestCount).toBe(first.latestCount - 9);
    expect(await listScores(test, { batch: first.id })).toEqual(scores);
    expect(readFileSync(join(test.context.config.uploadsDir, batchFile(first, 'scored')))).toEqual(output);
    const newest = await findLatestOf(scoreStore(test), 'c21');
    expect(placeOfId(newest!)?.batchId).not.toBe(first.id);
    expect(await findAllOf(scoreStore(test), 'c21')).toHaveLength(2);
    expect((await agent.get(`/batches/${first.id}/results`)).text).not.toContain('Score again');
    expect(await listActions(test.context.db)).toContain('batch.scored-again');
  });
});

describe('a score file that comes back from a backup', () => {
  it('counts again, except where newer scores have come', async () => {
    const first = await score('spring.csv', csv(0, 40));
    const path = pathOf(first);
    renameSync(path, `${path}.backup`);
    await agent.get('/customers').expect(200);
    await score('summer.csv', csv(20, 30));
    await sweep(test.context);
    expect((await agent.get('/customers')).text).toContain(notice(first));
    renameSync(`${path}.backup`, path);
    await sweep(test.context);
    await runJobs(test.context);
    expect((await agent.get('/customers')).text).not.toContain('cannot be read');
    expect(await getBatch(test.context.db, first.id)).toMatchObject({
      latestCount: first.latestCount - 9,
      scoresAt: first.scoresAt,
    });
  });
});

describe('scoring a file again', () => {
  it('is harmless where nothing is damaged', async () => {
    const batch = await score('spring.csv', csv(0, 40));
    const before = await listScores(test);
    expect((await agent.get(`/batches/${batch.id}/results`)).text).not.toContain('Score again');
    await postForm(agent, `/batches/${batch.id}/rescoring`);
    await runJobs(test.context);
    expect(await listScores(test)).toEqual(before);
  });

  it('is not offered without the upload or the model', async () => {
    const batch = await score('spring.csv', csv(0, 40));
    rmSync(pathOf(batch));
    rmSync(join(test.context.config.uploadsDir, batch.file));
    const { text } = await agent.get(`/batches/${batch.id}/results`).expect(200);
    expect(text).toContain('delete the file, and upload it again.');
    expect(text).not.toContain('/rescoring');
    expect((await postForm(agent, `/batches/${batch.id}/rescoring`)).status).toBe(409);
    const other = await score('summer.csv', csv(40, 60));
    rmSync(pathOf(other));
    await test.context.db('batches').where({ id: other.id }).update({ model_id: null });
    expect((await agent.get(`/batches/${other.id}/results`).expect(200)).text).not.toContain('/rescoring');
  });

  it('needs the permission to score, and the token of the form', async () => {
    const batch = await score('spring.csv', csv(0, 40));
    rmSync(pathOf(batch));
    const viewer = await signIn(test, 'viewer');
    expect((await viewer.get(`/batches/${batch.id}/results`)).text).not.toContain('/rescoring');
    expect((await postForm(viewer, `/batches/${batch.id}/rescoring`)).status).toBe(403);
    await agent.post(`/batches/${batch.id}/rescoring`).type('form').send({}).expect(403);
    expect((await listJobs(test.context.db, 20)).filter(({ state }) => state === 'queued')).toEqual([]);
    expect((await getBatch(test.context.db, batch.id)).state).toBe('done');
  });
});
