/** The intake of an upload in its thread. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTaskPool } from '../../src/tasks/task-pool.ts';
import { lanes } from '../../src/tasks/tasks.ts';
import { createTestApp, csrfToken, customersCsv, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

describe('the intake of an upload', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await createTestApp({}, (config) =>
      startTaskPool(config, { ...lanes, long: { ...lanes.long, withinMs: 1 } }),
    );
    await setUpOrganisation(test);
  });
  afterAll(() => test.close());

  it('leaves the web thread to others', async () => {
    const { config } = test.context;
    const path = join(config.uploadsDir, 'large');
    const [header, ...rows] = customersCsv(2_000, 3).trimEnd().split('\n');
    const many = Array.from({ length: 60 }, () => rows.join('\n'));
    writeFileSync(path, [header, ...many].join('\n'));
    const pool = startTaskPool(config);
    try {
      await pool.run('takeInTable', { path });
      const before = performance.eventLoopUtilization();
      const intake = await pool.run('takeInTable', { path });
      expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.4);
      expect(intake).toMatchObject({ rowCount: 120_000, format: { delimiter: ',' } });
    } finally {
      await pool.stop();
    }
  });

  it('is answered 503 with Retry-After when it takes too long, and leaves no file', async () => {
    const agent = await signIn(test, 'analyst');
    const kept = readdirSync(test.context.config.uploadsDir);
    const token = await csrfToken(agent, '/account');
    const answer = await agent
      .post('/batches')
      .set('x-csrf-token', token)
      .query({ csrf: token })
      .attach('file', Buffer.from(customersCsv(5, 1)), 'customers.csv');
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('10');
    expect(readdirSync(test.context.config.uploadsDir)).toEqual(kept);
  });
});
