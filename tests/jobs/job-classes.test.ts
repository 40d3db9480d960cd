/** What waits for what: each thread leaves the jobs of some classes to others. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { excludedFrom, fewestThreads } from '../../src/jobs/job-classes.ts';
import type { JobClass } from '../../src/jobs/job-classes.ts';
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
const takenBy = async (
  threads: number,
  classes: readonly JobClass[] | null = null,
): Promise<(JobKind | null)[]> => {
  const taken: (JobKind | null)[] = [];
  for (const kinds of excludedFrom({ threads, classes }))
    taken.push((await claimJob(test.context.db, 'test', { kinds }))?.kind ?? null);
  return taken;
};

it('a check passes scorings and trainings, whichever of them came first', async () => {
  await queue('train-model', 'train-model', 'train-model', 'score-batch', 'score-batch', 'score-batch');
  expect(await takenBy(fewestThreads)).toEqual([null, 'score-batch', 'train-model']);
  await queue('check-batch');
  expect((await takenBy(fewestThreads))[0]).toBe('check-batch');
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

it('a process with fewer threads than classes takes whatever comes first', async () => {
  await queue('train-model', 'score-batch', 'check-batch');
  expect(await takenBy(1)).toEqual(['train-model']);
  expect(await takenBy(2)).toEqual(['score-batch', 'check-batch']);
});

it('a process for some classes leaves the jobs of the others, on all of its threads', async () => {
  await queue('check-batch', 'train-model', 'score-batch', 'score-batch');
  expect(await takenBy(4, ['batch'])).toEqual(['score-batch', 'score-batch', null, null]);
  expect(await takenBy(2, ['batch', 'training'])).toEqual(['train-model', null]);
});
