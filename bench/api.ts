/**
 * Single scores over HTTP, ours beside Flask with gunicorn and scikit-learn, one after the other on the same machine: requests a
 * second, how long they take, and CPU. Both score a customer who comes as JSON and answer when the score is on the disk. Ours
 * also checks key and body, gives reasons, actions and notes, and looks for the customer's score so far.
 *
 *   npm run build && npx tsx bench/api.ts [SECONDS] [CONNECTIONS]
 *
 * SECONDS of each, 10 unless told. CONNECTIONS that ask again as soon as they are answered, 16 unless told.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { activateSmallModel, createTestApp, customersCsv, setUpOrganisation } from '../tests/helpers/app.ts';
import type { TestApp } from '../tests/helpers/app.ts';
import { givenCustomers, makeKey } from '../tests/helpers/api.ts';
import { cpuSecondsOf, startWeb } from '../tests/helpers/programs.ts';
import { quantile } from './measuring.ts';

const [seconds, connections] = [Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 16)];
const warmUpMs = 3_000;
/** As gunicorn recommends: twice the processors and one. */
const workers = 5;
const customers = givenCustomers(1_000, 11);
type Customer = (typeof customers)[number];

/** What is asked, and the process with its children. */
interface Target {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyOf: (customer: Customer) => object;
  readonly child: ChildProcess;
}

interface Figures {
  readonly perSecond: number;
  readonly p99: number;
}

const test = await createTestApp();
try {
  await setUpOrganisation(test);
  await activateSmallModel(test);
  const theirs = await withTarget(await startPeer(test), measure);
  const ours = await withTarget(await startOurs(test), measure);
  const [speed, slowest] = [ours.perSecond / theirs.perSecond, ours.p99 / theirs.p99];
  console.log(`Ratio of requests a second ${speed.toFixed(1)}, of the 99 % ${slowest.toFixed(2)}.`);
} finally {
  await test.close();
}

async function startOurs(app: TestApp): Promise<Target> {
  const key = await makeKey(app);
  const { child, url } = await startWeb(app.context.config, { API_REQUESTS_PER_MINUTE: '10000000' });
  return {
    name: 'Holdfast',
    url: `${url}/api/v1/scores`,
    headers: { authorization: `Bearer ${key}` },
    bodyOf: (customer) => ({ customers: [customer] }),
    child,
  };
}

async function startPeer({ context: { config } }: TestApp): Promise<Target> {
  const training = join(config.dataDir, 'history.csv');
  writeFileSync(training, customersCsv(7_000, 7, true));
  const url = `http://127.0.0.1:${await freePort()}`;
  const place = ['--workers', String(workers), '--bind', url.slice('http://'.length), '--chdir', 'bench'];
  const env = {
    PATH: process.env['PATH'],
    TRAINING: training,
    DATABASE: join(config.dataDir, 'peer.db'),
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const command = ['-m', 'gunicorn', ...place, '--preload', '--log-level', 'error', 'api:app'];
  const child = spawn('/usr/bin/python3', command, { env, stdio: 'inherit' });
  const isReady = (): Promise<boolean> =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) await pause(200);
  return { name: 'Flask', url: `${url}/scores`, headers: {}, bodyOf: (customer) => customer, child };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function withTarget(target: Target, work: (target: Target) => Promise<Figures>): Promise<Figures> {
  try {
    return await work(target);
  } finally {
    const exit = once(target.child, 'exit');
    target.child.kill('SIGTERM');
    await exit;
  }
}

async function measure(target: Target): Promise<Figures> {
  await askFor(target, warmUpMs);
  const cpu = cpuOfAll(target.child.pid!);
  const times = await askFor(target, seconds * 1_000);
  const cpuMs = ((cpuOfAll(target.child.pid!) - cpu) * 1_000) / times.length;
  const figures = { perSecond: times.length / seconds, p99: quantile(times, 0.99) };
  const [median, p99] = [quantile(times, 0.5).toFixed(1), figures.p99.toFixed(1)];
  console.log(
    `${target.name.padEnd(10)} ${figures.perSecond.toFixed(0)} requests/s; ${median} ms in the middle, ${p99} ms at 99 %; ${cpuMs.toFixed(2)} ms of CPU a request`,
  );
  return figures;
}

/** Milliseconds of each answer. */
async function askFor(target: Target, ms: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const end = performance.now() + ms;
  const times: number[] = [];
  let number = 0;
  const askOn = async (): Promise<void> => {
    while (performance.now() < end) {
      const customer = customers[number++ % customers.length]!;
      const body = target.bodyOf({ ...customer, customer_id: `${customer.customer_id}-${number}` });
      const began = performance.now();
      await post(target, agent, JSON.stringify(body));
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: connections }, askOn));
  agent.destroy();
  return times;
}

function post({ url, headers }: Target, agent: Agent, body: string): Promise<void> {
  return new Promise((done, fail) => {
    const type = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
    const sent = request(url, { method: 'POST', agent, headers: { ...headers, ...type } }, (answer) => {
      answer.resume();
      answer.once('end', () => {
        if (answer.statusCode === 200) done();
        else fail(new Error(`${url} was answered ${answer.statusCode}.`));
      });
    });
    sent.once('error', fail);
    sent.end(body);
  });
}

/** CPU seconds of a process and its children. */
function cpuOfAll(pid: number): number {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return cpuSecondsOf({ pid }) + children.reduce((sum, child) => sum + cpuSecondsOf({ pid: child }), 0);
}
