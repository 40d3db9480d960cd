/** Checking and scoring a file in one go. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction } from '../../src/db.ts';
import { batchFile } from '../../src/domain/batches/files.ts';
import { scoreBatch } from '../../src/domain/batches/scoring.ts';
import { paperColumns } from '../../src/domain/sample/files.ts';
import { getBatch } from '../../src/store/batches.ts';
import type { BatchRecord } from '../../src/store/batches.ts';
import { activateSmallModel, createTestApp, csrfToken, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { header } from '../helpers/corpus.ts';
import { runJobs } from '../helpers/work.ts';

let test: TestApp;
let agent: Awaited<ReturnType<typeof signIn>>;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  await activateSmallModel(test, paperColumns);
  agent = await signIn(test, 'analyst');
});
afterAll(() => test.close());

const rows = (count: number): string[] =>
  Array.from({ length: count }, (_, i) =>
    i % 7 === 3
      ? `c${i},Weekly,No,No,DSL,No,${i % 70},20,60`
      : i % 11 === 5
        ? `c${i},Two year,No,No,DSL,No,many,20,60`
        : `c${i % 900},Two year,No,No,DSL,No,${i % 70},20,60`,
  );
const file = (count: number, names = header): Buffer => Buffer.from([names, ...rows(count)].join('\n'));

async function send(bytes: Buffer, atOnce: boolean): Promise<{ id: number; location: string }> {
  const _csrf = await csrfToken(agent, '/account');
  const request = agent.post('/batches').field('_csrf', _csrf);
  if (atOnce) request.field('scoreAtOnce', 'yes');
  const { headers } = await request.attach('file', bytes, 'customers.csv');
  const location = headers['location']!;
  return { id: Number(/\d+/.exec(location)![0]), location };
}

async function post(path: string, fields: Record<string, string> = {}) {
  const _csrf = await csrfToken(agent, '/account');
  return agent
    .post(path)
    .type('form')
    .send({ _csrf, ...fields })
    .expect(303);
}

async function scoredInSteps(bytes: Buffer): Promise<BatchRecord> {
  const { id } = await send(bytes, false);
  await runJobs(test.context);
  await post(`/batches/${id}/scoring`);
  await runJobs(test.context);
  return getBatch(test.context.db, id);
}

const output = (batch: BatchRecord, kind: 'scored' | 'rejected'): Buffer =>
  readFileSync(join(test.context.config.uploadsDir, batchFile(batch, kind)));

const totals = ({ report, scoredCount, rejectedCount, notedCount, highCount }: BatchRecord) => ({
  report,
  scoredCount,
  rejectedCount,
  notedCount,
  highCount,
});

describe('a file that is scored right away', () => {
  it('goes from the upload to its results, with the same report and the same files as in two steps', async () => {
    const { text } = await agent.get('/score').expect(200);
    expect(text).toContain('Score right away when every column matches');
    const { id, location } = await send(file(300), true);
    expect(location).toBe(`/batches/${id}/progress`);
    expect((await getBatch(test.context.db, id)).state).toBe('scoring');
    await runJobs(test.context);
    const [atOnce, inSteps] = [await getBatch(test.context.db, id), await scoredInSteps(file(300))];
    expect(atOnce.report).not.toBeNull();
    expect(totals(atOnce)).toEqual(totals(inSteps));
    for (const kind of ['scored', 'rejected'] as const)
      expect(output(atOnce, kind).equals(output(inSteps, kind))).toBe(true);
    await agent.get(`/batches/${id}`).expect('Location', `/batches/${id}/results`);
    expect((await agent.get(`/batches/${id}/corrections`).expect(200)).text).toContain('many');
  });

  it('has the whole report when its scoring was stopped and continued', async () => {
    const { id } = await send(file(8_000), true);
    let blocks = 0;
    const step = () => Promise.resolve(++blocks === 2 ? ('stop' as const) : ('go on' as const));
    expect(await scoreBatch(test.context.db, test.context.config, id, { step })).toBe('stopped');
    expect((await getBatch(test.context.db, id)).scoredCount).toBeGreaterThan(0);
    await runJobs(test.context);
    expect(totals(await getBatch(test.context.db, id))).toEqual(totals(await scoredInSteps(file(8_000))));
  });

  it('can be cancelled while it checks again what was scored before it was stopped', async () => {
    const { db, config } = test.context;
    const { id } = await send(file(8_000), true);
    let blocks = 0;
    const stop = () => Promise.resolve(++blocks === 2 ? ('stop' as const) : ('go on' as const));
    await scoreBatch(db, config, id, { step: stop });
    const { scoredCount, rejectedCount, checkpoint } = await getBatch(db, id);
    const seen: number[] = [];
    const outcome = await scoreBatch(db, config, id, {
      step: (done) => {
        seen.push(done);
        return Promise.resolve('cancel');
      },
    });
    expect(seen).toEqual([scoredCount + rejectedCount]);
    if (outcome === 'stopped') expect.fail('it was not cancelled');
    await inTransaction(db, outcome.write);
    expect(await getBatch(db, id)).toMatchObject({
      state: 'cancelled',
      scoredCount,
      rejectedCount,
      checkpoint,
    });
  });

  it('stops where the columns are matched if one of them is not found, and goes on from there', async () => {
    const renamed = header.replace('tenure', 'months');
    const { id, location } = await send(file(20, renamed), true);
    expect(location).toBe(`/batches/${id}/mapping`);
    const { text } = await agent.get(location).expect(200);
    expect(text).toContain('Score right away when every column matches');
    const fields = Object.fromEntries(
      [...text.matchAll(/<select id="(\w+)"[\s\S]*?<\/select>/g)].map(([select, name]) => [
        name!,
        /value="(\d*)" selected/.exec(select)?.[1] ?? '',
      ]),
    );
    const model = /name="model" value="(\d+)"/.exec(text)![1]!;
    const unmatched = Object.keys(fields).find((name) => name.startsWith('f') && fields[name] === '')!;
    const place = String(renamed.split(',').indexOf('months'));
    const answer = { ...fields, model, scoreAtOnce: 'yes' };
    await post(`/batches/${id}/mapping`, answer);
    expect((await getBatch(test.context.db, id)).state).toBe('checking');
    await runJobs(test.context);
    await post(`/batches/${id}/mapping`, { ...answer, [unmatched]: place });
    expect((await getBatch(test.context.db, id)).state).toBe('scoring');
    await runJobs(test.context);
    expect((await getBatch(test.context.db, id)).state).toBe('done');
  });
});
