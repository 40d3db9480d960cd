/** The pages of the administrator: set-up with one's own data, jobs and the audit log. */
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSetupToken } from '../../src/domain/people/accounts.ts';
import { prepareFirstStart } from '../../src/domain/sample/first-start.ts';
import { createTestApp, csrfToken, password } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { runJobs } from '../helpers/work.ts';

let test: TestApp;
let admin: ReturnType<typeof request.agent>;
beforeAll(async () => {
  test = await createTestApp();
  await prepareFirstStart(test.context.db, test.context.config);
  await runJobs(test.context);
  admin = request.agent(test.app);
});
afterAll(() => test.close());

describe('set-up', () => {
  it('lists common currencies first and asks for the sample or one’s own data', async () => {
    const token = await createSetupToken(test.context.db);
    const { text } = await admin.get(`/setup/${token}`).expect(200);
    const currencies = [...text.matchAll(/<option value="([A-Z]{3})"/g)].map(([, code]) => code);
    expect(currencies.slice(0, 3)).toEqual(['EUR', 'USD', 'GBP']);
    expect(new Set(currencies).size).toBe(currencies.length);
    expect(text).toMatch(/value="sample" checked/);
    const _csrf = await csrfToken(admin, `/setup/${token}`);
    const person = { name: 'Ada Admin', email: 'ada@example.com', password };
    const organisation = { organisation: 'Northwind', currency: 'SEK', timeZone: 'Europe/Stockholm' };
    await admin
      .post(`/setup/${token}`)
      .type('form')
      .send({ _csrf, ...person, ...organisation, start: 'own' })
      .expect(303)
      .expect('location', '/datasets');
    expect((await admin.get('/settings/sample')).text).toContain('The sample is being removed');
    await runJobs(test.context);
    expect((await admin.get('/settings/sample')).text).toContain('There is no sample data');
  });
});

describe('the list of jobs', () => {
  it('counts how often a finished job was started', async () => {
    const { text } = await admin.get('/admin/jobs').expect(200);
    const attempts = [...text.matchAll(/data-label="Attempts" class="numeric">(\d+)</g)].map(([, n]) => n);
    expect(attempts.length).toBeGreaterThan(1);
    expect(new Set(attempts)).toEqual(new Set(['1']));
  });
});

describe('the audit log', () => {
  it('shows of a change the fields that differ', async () => {
    const _csrf = await csrfToken(admin, '/settings/organisation');
    const organisation = {
      organisation: 'Northwind',
      currency: 'SEK',
      timeZone: 'UTC',
      valueMonths: '12',
      valueMargin: '100',
    };
    await admin
      .post('/settings/organisation')
      .type('form')
      .send({ _csrf, ...organisation })
      .expect(303);
    const { text } = await admin.get('/admin/audit?action=settings.organisation').expect(200);
    const cell = /data-label="Changes">([\s\S]*?)<\/td>/.exec(text)![1]!;
    expect(cell).toContain('Europe/Stockholm');
    expect(cell).not.toContain('SEK');
    expect(text).toContain('Settings: organisation');
  });
});
