/** Processes with folders of their own, as on two machines: they share the database and an S3 server, and nothing else. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { prepareFiles } from '../../src/domain/files/starting.ts';
import {
  activateSmallModel,
  createTestApp,
  csrfToken,
  customersCsv,
  password,
  setUpOrganisation,
} from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { s3Credentials, startS3Server } from '../helpers/s3-server.ts';
import type { S3TestServer } from '../helpers/s3-server.ts';

const program = resolve(import.meta.dirname, '../../dist/src/cli.js');

let server: S3TestServer;
let test: TestApp;
const folders: string[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  for (const [name, value] of Object.entries(s3Credentials)) vi.stubEnv(name, value);
  server = await startS3Server();
  test = await createTestApp({ FILES: `s3://${server.bucket}/files`, S3_ENDPOINT: server.endpoint });
  await prepareFiles(test.context);
  await setUpOrganisation(test);
  await activateSmallModel(test, ['Contract', 'tenure', 'MonthlyCharges']);
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await test.close();
  await server.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

/** Gives the folder of the process, and what it said when it was ready. */
async function start(command: string): Promise<{ readonly folder: string; readonly line: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-machine-'));
  folders.push(folder);
  const env = {
    ...s3Credentials,
    PATH: process.env['PATH'],
    DATABASE_URL: test.context.config.databaseUrl,
    FILES: `s3://${server.bucket}/files`,
    S3_ENDPOINT: server.endpoint,
    PORT: '0',
    SAMPLE_DATA: 'off',
    LOG_LEVEL: 'warn',
  };
  const child = spawn(process.execPath, [program, command], { cwd: folder, env });
  children.push(child);
  const line = await new Promise<string>((done, fail) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (/listening on|working on jobs/.test(output)) done(output);
      });
    child.once('exit', () => {
      fail(new Error(output));
    });
  });
  return { folder, line };
}

it('takes a file in on one machine, scores it on another, and sends the result from a third', async () => {
  const [first, second, worker] = await Promise.all([start('web'), start('web'), start('worker')]);
  const agents = await Promise.all([first, second].map(({ line }) => signIn(/http:\S+/.exec(line)![0])));
  const [one, other] = [agents[0]!, agents[1]!];
  const _csrf = await csrfToken(one, '/account');
  const csv = Buffer.from(customersCsv(500, 4));
  const sent = await one
    .post('/batches')
    .field('_csrf', _csrf)
    .field('scoreAtOnce', 'yes')
    .attach('file', csv, 'a.csv');
  const address = sent.headers['location']!.replace('/progress', '');
  await vi.waitFor(async () => {
    const { text } = await one.get(`${address}/results`).expect(200);
    expect(text).toContain('500');
  }, 60_000);
  const results = await Promise.all([one, other].map((agent) => agent.get(`${address}/files/scored.csv`)));
  expect(results.map(({ status }) => status)).toEqual([200, 200]);
  expect(results[0]!.text).toBe(results[1]!.text);
  expect(results[0]!.text.trimEnd().split('\n')).toHaveLength(501);
  for (const { folder } of [first, second, worker])
    expect(readdirSync(join(folder, 'uploads')).some((name) => name.endsWith('.scores'))).toBe(true);
});

async function signIn(url: string) {
  const agent = request.agent(url);
  const _csrf = await csrfToken(agent, '/sign-in');
  await agent.post('/sign-in').type('form').send({ _csrf, email: 'ada@example.com', password }).expect(303);
  return agent;
}
