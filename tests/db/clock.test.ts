/** A machine whose clock is a day ahead or behind, among others that share a PostgreSQL database. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isoTimeOf, timeOf } from '../../src/db/clock.ts';
import { createSetupToken, getLink, inviteUser } from '../../src/domain/people/accounts.ts';
import { sweep } from '../../src/domain/jobs/cleanup.ts';
import { claimJob } from '../../src/store/job-leases.ts';
import { enqueueJob, findJob } from '../../src/store/jobs.ts';
import { takeTry } from '../../src/store/rate-limits.ts';
import { createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

const day = 24 * 3_600_000;

let test: TestApp;
let now: number;
beforeEach(async () => {
  now = Date.now();
  test = await createTestApp();
});
afterEach(async () => {
  vi.useRealTimers();
  await test.close();
});

/** From here on the process is on another machine. */
const setClock = (differenceMs: number): void => {
  vi.useFakeTimers({ toFake: ['Date'], now: now + differenceMs });
};

const isNear = (time: number): boolean => Math.abs(time - now) < 60_000;

describe.each([
  ['ahead', day],
  ['behind', -day],
])('a machine that is a day %s', (_, difference) => {
  it('has the time of the database', async () => {
    const { db } = test.context;
    setClock(difference);
    expect(isNear(await timeOf(db))).toBe(true);
    expect(isNear(Date.parse(await isoTimeOf(db)))).toBe(true);
  });

  it('keeps people signed in who signed in elsewhere, and the other way round', async () => {
    await setUpOrganisation(test);
    const agent = await signIn(test, 'admin');
    setClock(difference);
    await agent.get('/account').expect(200);
    await sweep(test.context);
    await agent.get('/account').expect(200);
    const another = await signIn(test, 'admin');
    vi.useRealTimers();
    await another.get('/account').expect(200);
    await sweep(test.context);
    await another.get('/account').expect(200);
  });

  it('makes links that are good for as long as those of others, and takes theirs', async () => {
    const { db } = test.context;
    const admin = await setUpOrganisation(test);
    const invite = (email: string) => inviteUser(db, admin, { name: 'A', email, role: 'viewer' });
    const { token } = await invite('a@example.com');
    setClock(difference);
    expect(await getLink(db, token, 'password')).toMatchObject({ purpose: 'password' });
    const { token: theirs } = await invite('b@example.com');
    vi.useRealTimers();
    expect(await getLink(db, theirs, 'password')).toMatchObject({ purpose: 'password' });
    const ends = await db<{ expires_at: string }>('one_time_links')
      .whereNotNull('expires_at')
      .pluck('expires_at');
    expect(ends).toHaveLength(2);
    expect(Math.abs(Date.parse(String(ends[0])) - Date.parse(String(ends[1])))).toBeLessThan(60_000);
  });

  it('counts tries of a password together with the others, and blocks for no longer', async () => {
    const { db } = test.context;
    const limit = { tries: 2, withinMs: 60_000, blockMs: 60_000 };
    const take = () => takeTry(db, 'somebody', limit);
    expect(await take()).toBe(0);
    setClock(difference);
    expect(await take()).toBe(0);
    expect(await take()).toBeGreaterThan(50_000);
    vi.useRealTimers();
    const left = await take();
    expect(left).toBeGreaterThan(50_000);
    expect(left).toBeLessThanOrEqual(60_000);
  });

  it('leaves jobs to their workers, and notes when they began as the others do', async () => {
    const { db } = test.context;
    const queue = () => enqueueJob(db, { kind: 'relabel-risk', payload: {}, subject: 'a', createdBy: null });
    const id = await queue();
    await claimJob(db, 'here');
    setClock(difference);
    expect(await claimJob(db, 'there')).toBeUndefined();
    const next = await queue();
    await claimJob(db, 'there');
    for (const one of [id, next]) {
      const job = (await findJob(db, one))!;
      expect(isNear(Date.parse(job.createdAt))).toBe(true);
      expect(isNear(Date.parse(job.startedAt!))).toBe(true);
    }
  });
});

it('a link that has no end is good on every machine', async () => {
  const { db } = test.context;
  const token = await createSetupToken(db);
  setClock(400 * day);
  expect(await getLink(db, token, 'setup')).toMatchObject({ purpose: 'setup' });
});
