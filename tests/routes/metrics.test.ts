/** What Prometheus reads, and what nobody else may. */
import request from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { activateSmallModel, customersCsv } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';

const token = 'a token of a test that is long enough';
const test = openSite('analyst', { METRICS_TOKEN: token });
const closed = openSite('analyst');
beforeAll(async () => {
  await activateSmallModel(test);
  await test.scoreAtOnce(customersCsv(30, 3));
});

const read = async (): Promise<string> =>
  (await request(test.app).get('/metrics').set('Authorization', `Bearer ${token}`).expect(200)).text;
const valueOf = (text: string, name: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')[1],
  );

describe('figures for Prometheus', () => {
  it('count requests by the template of their route, jobs by kind and state, and scores', async () => {
    await test.pageOf('/batches/1/results');
    await request(test.app).get('/nowhere/at/all');
    const text = await read();
    const requests = 'holdfast_http_request_duration_seconds_count';
    expect(valueOf(text, `${requests}{method="GET",route="/batches/:id/results",status="200"}`)).toBe(1);
    expect(text).toContain(`${requests}{method="GET",route="none"`);
    expect(valueOf(text, 'holdfast_jobs{kind="score-batch",state="done"}')).toBe(1);
    expect(valueOf(text, 'holdfast_jobs_oldest_queued_seconds')).toBe(0);
    expect(valueOf(text, 'holdfast_scores')).toBe(30);
    expect(valueOf(text, 'holdfast_database_up')).toBe(1);
    expect(valueOf(text, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
  });

  it('name no person, file or address', async () => {
    await test.pageOf('/customers?q=somebody');
    expect(await read()).not.toMatch(/somebody|customers\.csv|nowhere|@example/);
  });

  it('say how long the oldest job has waited', async () => {
    const at = new Date(Date.now() - 90_000).toISOString();
    const job = { kind: 'relabel-risk', state: 'queued', payload: '{}', subject: 'a', created_at: at };
    await test.context.db('jobs').insert(job);
    expect(valueOf(await read(), 'holdfast_jobs_oldest_queued_seconds')).toBeGreaterThanOrEqual(90);
    await test.context.db('jobs').where({ created_at: at }).delete();
  });

  it('are for those with the token alone, and not there without one', async () => {
    for (const header of ['', 'Bearer wrong', `Basic ${token}`]) {
      const answer = await request(test.app).get('/metrics').set('Authorization', header);
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    }
    await request(closed.app).get('/metrics').set('Authorization', `Bearer ${token}`).expect(404);
  });
});
