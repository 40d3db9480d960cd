/** The pool with its real threads. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { noFilter } from '../../src/store/prediction-filters.ts';
import { startTaskPool } from '../../src/tasks/task-pool.ts';
import type { TaskPool } from '../../src/tasks/task-pool.ts';
import { lanes } from '../../src/tasks/tasks.ts';
import { createTestApp } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

const sort = { key: 'date', descending: false } as const;
const one = { filter: noFilter, sort, limit: 1 };

let test: TestApp;
const pools: TaskPool[] = [];

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.stop()));
  await test.close();
});

function start(page: Partial<Record<'threads' | 'withinMs' | 'maxWaiting', number>>): TaskPool {
  const pool = startTaskPool(test.context.config, { ...lanes, page: { ...lanes.page, ...page } });
  pools.push(pool);
  return pool;
}

describe('the task pool', () => {
  it('answers from a thread, one task after another', async () => {
    const pool = start({ threads: 1 });
    expect(await Promise.all([1, 2, 3].map(() => pool.run('listPredictions', one)))).toEqual([[], [], []]);
  });

  it('passes an error of the task to the caller, and continues', async () => {
    const pool = start({ threads: 1 });
    const wrong = { ...one, filter: undefined } as unknown as typeof one;
    await expect(pool.run('listPredictions', wrong)).rejects.toThrow(/undefined/);
    expect(await pool.run('listPredictions', one)).toEqual([]);
  });

  it('gives up on a task that takes too long, and says when to try again', async () => {
    const pool = start({ threads: 1, withinMs: 1 });
    const late = pool.run('listPredictions', one);
    await expect(late).rejects.toBeInstanceOf(Unavailable);
    await expect(late).rejects.toMatchObject({ status: 503, retryAfterSeconds: 10 });
  });

  it('refuses tasks beyond the limit of the queue', async () => {
    const pool = start({ threads: 1, maxWaiting: 1 });
    const asked = [1, 2, 3].map(() => pool.run('listPredictions', one));
    await expect(asked[2]).rejects.toMatchObject({ status: 503 });
    expect(await Promise.all(asked.slice(0, 2))).toEqual([[], []]);
  });

  it('refuses what still waits when it stops', async () => {
    const pool = start({ threads: 1 });
    const asked = [1, 2].map(() => pool.run('listPredictions', one));
    await Promise.all([
      pool.stop(),
      ...asked.map((answer) => expect(answer).rejects.toBeInstanceOf(Unavailable)),
    ]);
    await expect(pool.run('listPredictions', one)).rejects.toBeInstanceOf(Unavailable);
  });
});
