/** Processes of the built program that share a PostgreSQL database: one answers requests, others work on jobs. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inTransaction, openDatabase } from '../../src/db.ts';
import type { Db } from '../../src/db.ts';
import { beginCopy, endCopy } from '../../src/store/copy-mark.ts';
import { enqueueJob, findJob } from '../../src/store/jobs.ts';
import type { JobKind } from '../../src/store/jobs.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

const program = resolve(import.meta.dirname, '../../dist/src/cli.js');

let folder: string;
let database: TestDatabase;
let db: Db;
let children: ChildProcess[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-processes-'));
  database = await createTestDatabase(folder);
  db = openDatabase(database.url);
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await db.destroy();
  await database.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Gives what it says once it has said a line, and when it ends. */
async function start(...args: string[]): Promise<{ child: ChildProcess; output: string }> {
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: database.url,
    PORT: '0',
    SAMPLE_DATA: 'off',
    LOG_LEVEL: 'warn',
  };
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, env });
  children.push(child);
  const output = await new Promise<string>((done) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        done(chunk.toString());
      });
  });
  return { child, output };
}

const queue = (kind: JobKind): Promise<number> =>
  enqueueJob(db, { kind, payload: {}, subject: kind, createdBy: null });
const stateOf = async (id: number): Promise<string | undefined> => (await findJob(db, id))?.state;

describe('processes', { timeout: 120_000 }, () => {
  it('that answer requests leave jobs to workers, each of which takes the classes that it was given', async () => {
    const { output } = await start('web');
    const address = /http:\/\/[\d.:]+/.exec(output)![0];
    const job = await queue('relabel-risk');
    expect((await fetch(`${address}/health/ready`)).status).toBe(200);
    const trainer = await start('worker', '--threads', '1', '--classes', 'training');
    expect(trainer.output).toContain('working on jobs');
    expect(await stateOf(job)).toBe('queued');
    const worker = await start('worker', '--threads', '2');
    await expect.poll(() => stateOf(job), { timeout: 30_000 }).toBe('done');
    // It is woken: the next look at the queue would be up to a second later.
    const next = await queue('relabel-risk');
    await expect.poll(() => stateOf(next), { timeout: 30_000 }).toBe('done');
    worker.child.kill('SIGTERM');
    expect(await once(worker.child, 'exit')).toEqual([0, null]);
  });

  it('do not start on half a copy', async () => {
    await inTransaction(db, beginCopy);
    const { child, output } = await start('web');
    expect(output).toContain('is a copy that is not complete');
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(1);
    await endCopy(db);
  });
});
