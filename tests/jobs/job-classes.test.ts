/** What waits for what: each thread leaves the jobs of some classes to others. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { excludedKinds, fewestThreads } from '../../src/jobs/job-classes.ts';
import { claimJob } from '../../src/store/job-leases.ts';
import { enqueueJob } from '../../src/store/jobs.ts';
import type { JobKind } from '../../src/store/jobs.ts';
import { createTestApp } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

let test: TestApp;
beforeEach(async () => {
  test = await createTestApp();
});
afterEach(() => test.close());

const queue = async (...kinds: JobKind[]): Promise<void> => {
  for (const kind of kinds)
    await enqueueJob(test.context.db, { kind, payload: {}, subject: kind, createdBy: null });
};

/** What the threads take, in their order; null: nothing. */
const takenBy = async (threads: number): Promise<(JobKind | null)[]> => {
  const taken: (JobKind | null)[] = [];
  for (let i = 0; i < threads; i++)
    taken.push((await claimJob(test.context.db, `${i}`, { kinds: excludedKinds(i) }))?.kind ?? null);
  return taken;
};

it('a check passes scorings and trainings, whichever of them came first', async () => {
  await queue('train-model', 'train-model', 'train-model', 'score-batch', 'score-batch', 'score-batch');
  expect(await takenBy(fewestThreads)).toEqual([null, 'score-batch', 'train-model']);
  await queue('check-batch');
  expect(await takenBy(1)).toEqual(['check-batch']);
});

it('a scoring does not wait for trainings, nor a training for scorings', async () => {
  await queue('train-model', 'train-model', 'train-model');
  await queue('score-batch');
  expect(await takenBy(fewestThreads)).toEqual([null, 'score-batch', 'train-model']);
  await queue('score-batch', 'score-batch');
  expect(await takenBy(fewestThreads)).toEqual([null, 'score-batch', 'train-model']);
});

it('what nobody else waits for is taken by every thread that may', async () => {
  await queue('check-batch', 'read-dataset', 'remove-batch');
  expect(await takenBy(fewestThreads)).toEqual(['check-batch', 'read-dataset', 'remove-batch']);
});

it('further threads take everything', async () => {
  await queue('train-model', 'score-batch', 'check-batch', 'train-model');
  expect(await takenBy(fewestThreads + 1)).toEqual([
    'check-batch',
    'score-batch',
    'train-model',
    'train-model',
  ]);
});
