import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  claimForeignGroup,
  claimOwnGroup,
  endGroup,
  findGroupState,
  offerGroups,
  removeGroupsOf,
  removeGroupsWithoutJob,
  renewGroup,
} from '../../src/store/batch-blocks.ts';
import { claimJob } from '../../src/store/job-leases.ts';
import { enqueueJob } from '../../src/store/jobs.ts';
import type { Job } from '../../src/store/jobs.ts';
import { createTestApp } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

const program = '1';
const places = [{ offset: 10, byteLength: 20, records: 1, recordCount: 2, columns: null }];

let test: TestApp;
let job: Job;
beforeEach(async () => {
  test = await createTestApp();
  const { db } = test.context;
  await enqueueJob(db, { kind: 'score-batch', payload: {}, subject: 'a', createdBy: null });
  job = (await claimJob(db, 'owner'))!;
  await offerGroups(db, job, { groups: [0, 1].map((number) => ({ number, places })), program });
});
afterEach(() => test.close());

const claim = (worker = 'helper') => claimForeignGroup(test.context.db, worker, program);
const expireClaims = () => test.context.db('batch_blocks').update({ taken_until: 1 });

describe('a group of blocks', () => {
  it('is taken once, the first ones first, with the places of its blocks', async () => {
    expect(await claim()).toMatchObject({ number: 0, claim: 1, places, jobId: job.id, lease: job.lease });
    expect(await claim()).toMatchObject({ number: 1 });
    expect(await claim()).toBeUndefined();
  });

  it('is the business of other workers only, and of those of the same version', async () => {
    const { db } = test.context;
    expect(await claim('owner')).toBeUndefined();
    expect(await claimForeignGroup(db, 'helper', '2')).toBeUndefined();
  });

  it('that the owner takes is its own, however long it needs', async () => {
    const { db } = test.context;
    expect(await claimOwnGroup(db, job, 1)).toBe(0);
    await expireClaims();
    expect(await claim()).toMatchObject({ number: 1 });
    expect(await claimOwnGroup(db, job, 1)).toBeUndefined();
  });

  it('is taken again when its claim has ended, and the first helper is not heard any more', async () => {
    const { db } = test.context;
    const first = (await claim())!;
    await expireClaims();
    const second = (await claim())!;
    expect(second).toMatchObject({ number: 0, claim: 2 });
    expect([await renewGroup(db, first), await renewGroup(db, second)]).toEqual([false, true]);
    await endGroup(db, first, 'failed');
    expect(await findGroupState(db, job, 0)).toEqual({ state: 'taken', claim: 2 });
    await endGroup(db, second, 'done');
    expect(await findGroupState(db, job, 0)).toEqual({ state: 'done', claim: 2 });
  });

  it('that was given back is there for others, and after three claims for the owner alone', async () => {
    const { db } = test.context;
    for (let tries = 0; tries < 3; tries++) await endGroup(db, (await claim())!, 'offered');
    expect(await claim()).toMatchObject({ number: 1 });
    expect(await claimOwnGroup(db, job, 2)).toBe(0);
  });

  it('of a lease that was lost is not taken', async () => {
    const { db } = test.context;
    await db('jobs').update({ lease_expires_at: 1 });
    const next = (await claimJob(db, 'next owner'))!;
    expect(await claim()).toBeUndefined();
    await removeGroupsOf(db, next.id);
    expect(await db('batch_blocks').select()).toEqual([]);
  });

  it('goes when its job is over', async () => {
    const { db } = test.context;
    await removeGroupsWithoutJob(db);
    expect(await db('batch_blocks').select()).toHaveLength(2);
    await db('jobs').update({ state: 'cancelled' });
    expect(await claim()).toBeUndefined();
    await removeGroupsWithoutJob(db);
    expect(await db('batch_blocks').select()).toEqual([]);
  });
});
