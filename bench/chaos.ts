/**
 * Three processes that answer and three that work, on one PostgreSQL server, while any of them is killed or suspended, and
 * the server restarted, at random. At the end every acknowledged score and file has to be there once, and every job has to
 * have ended.
 *
 *   npm run build && MINUTES=10 npx tsx bench/chaos.ts
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { findPostgres } from '../scripts/find-postgres.js';
import { listBatches } from '../src/store/batches.ts';
import { listOpenJobs } from '../src/store/jobs.ts';
import {
  activateSmallModel,
  createTestApp,
  manyCustomersCsv,
  password,
  setUpOrganisation,
} from '../tests/helpers/app.ts';
import type { TestApp } from '../tests/helpers/app.ts';
import { startPostgres } from '../tests/helpers/postgres-server.ts';
import { rowNumbersOf } from '../tests/helpers/score-files.ts';
import { readForm } from './reads-client.ts';

const minutes = Number(process.env['MINUTES'] ?? 10);
const rowsPerFile = 60_000;
const until = performance.now() + minutes * 60_000;
const isOver = (): boolean => performance.now() > until;
const random = (count: number): number => Math.floor(Math.random() * count);

/** A process that is started again whenever it ends. */
interface Member {
  child: ChildProcess;
  /** Of one that answers, once it listens. */
  url: string | null;
}

const counts: Record<string, number> = {};
const count = (what: string): void => void (counts[what] = (counts[what] ?? 0) + 1);

let isEnding = false;

function startMember(command: readonly string[], env: NodeJS.ProcessEnv): Member {
  const member = { url: null as string | null } as Member;
  const start = (): void => {
    member.url = null;
    member.child = spawn(process.execPath, ['dist/src/cli.js', ...command], { env });
    member.child.stdout!.on('data', (chunk: Buffer) => {
      member.url ??= /listening on (http:\S+)/.exec(chunk.toString())?.[1] ?? null;
    });
    member.child.once('exit', () => {
      if (!isEnding) setTimeout(start, 1_000);
    });
  };
  start();
  return member;
}

/** Signed in; whichever process answers. */
class Client {
  private cookie = '';
  private token = '';
  private readonly webs: readonly Member[];

  constructor(webs: readonly Member[]) {
    this.webs = webs;
  }

  /** null: no answer, or that it is to be tried later. */
  private async ask(path: string, options: RequestInit = {}): Promise<Response | null> {
    const url = this.webs[random(this.webs.length)]!.url;
    if (url === null) return null;
    try {
      const signal = AbortSignal.timeout(60_000);
      const headers = { cookie: this.cookie };
      const answer = await fetch(url + path, { redirect: 'manual', signal, headers, ...options });
      count(`answer ${answer.status}`);
      this.cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? this.cookie;
      return answer.status === 503 ? null : answer;
    } catch {
      count('no answer');
      return null;
    }
  }

  private async tokenOf(path: string): Promise<string | null> {
    const answer = await this.ask(path);
    return answer && (/name="_csrf" value="([^"]+)"/.exec(await answer.text())?.[1] ?? null);
  }

  async signIn(): Promise<void> {
    for (;;) {
      const _csrf = await this.tokenOf('/sign-in');
      const body = new URLSearchParams({ _csrf: _csrf ?? '', email: 'ada@example.com', password });
      const answer = _csrf === null ? null : await this.ask('/sign-in', { method: 'POST', body });
      if (answer?.status === 303) break;
      await pause(500);
    }
    for (;;) {
      const token = await this.tokenOf('/account');
      if (token !== null) {
        this.token = token;
        return;
      }
    }
  }

  /** The text of a page; null: not now. */
  async read(path: string): Promise<string | null> {
    return (await (await this.ask(path))?.text()) ?? null;
  }

  /** True: the change was acknowledged. */
  async send(path: string, fields: Readonly<Record<string, string | Blob>>): Promise<boolean> {
    const hasFile = Object.values(fields).some((value) => value instanceof Blob);
    const body = hasFile ? new FormData() : new URLSearchParams();
    for (const [name, value] of Object.entries({ _csrf: this.token, ...fields }))
      (body as FormData).append(name, value);
    return (await this.ask(path, { method: 'POST', body }))?.status === 303;
  }
}

async function scoreCustomers(client: Client, acknowledged: string[]): Promise<void> {
  let page = await client.read('/predict');
  while (page === null) page = await client.read('/predict');
  const form = readForm(page);
  for (let i = 0; !isOver(); i++) {
    const customer = `chaos-${i}`;
    if (await client.send('/predict', { ...form, customer })) acknowledged.push(customer);
    await client.read(['/', '/customers', '/batches', '/admin/jobs'][i % 4]!);
    await pause(100);
  }
}

async function scoreFiles(client: Client, acknowledged: string[]): Promise<void> {
  const csv = new Blob([manyCustomersCsv(rowsPerFile)]);
  for (let i = 0; !isOver(); i++) {
    const file = new File([csv], `chaos-${i}.csv`);
    if (await client.send('/batches', { scoreAtOnce: 'yes', file })) acknowledged.push(file.name);
    await pause(4_000);
  }
}

async function doHarm(members: readonly Member[], restart: () => Promise<void>): Promise<void> {
  while (!isOver()) {
    await pause(3_000 + random(6_000));
    const { child } = members[random(members.length)]!;
    const what = random(5);
    count(['kill', 'kill', 'suspend', 'suspend', 'restart'][what]!);
    if (what < 2) child.kill('SIGKILL');
    else if (what < 4) {
      child.kill('SIGSTOP');
      setTimeout(() => child.kill('SIGCONT'), 30_000);
    } else await restart();
  }
}

/** What is not as it should be. */
async function findFaults(test: TestApp, customers: string[], files: string[]): Promise<string[]> {
  const { db, config } = test.context;
  const singles = await db<{ customer_id: string }>('predictions')
    .whereLike('customer_id', 'chaos-%')
    .select('customer_id');
  const stored = singles.map((row) => row.customer_id);
  const batches = await listBatches(db, 10_000);
  const names = batches.map(({ originalName }) => originalName);
  const rows = JSON.stringify(Array.from({ length: rowsPerFile }, (_, i) => i + 2));
  const twice = [...stored, ...names].filter((one, i, all) => all.indexOf(one) !== i);
  return [
    ...twice.map((one) => `${one} is there twice`),
    ...customers.filter((one) => !stored.includes(one)).map((one) => `${one} was acknowledged and is lost`),
    ...files.filter((one) => !names.includes(one)).map((one) => `${one} was acknowledged and is lost`),
    ...batches.flatMap((batch) =>
      batch.state !== 'done'
        ? [`${batch.originalName} is ${batch.state}: ${batch.error ?? 'no reason'}`]
        : JSON.stringify(rowNumbersOf(config.uploadsDir, batch)) === rows
          ? []
          : [`${batch.originalName} has not each row once`],
    ),
    ...(await listOpenJobs(db)).map(({ kind, state }) => `a job ${kind} is ${state}`),
  ];
}

const server = await startPostgres(findPostgres()!, { fsync: 'on', synchronous_commit: 'on' });
const test = await createTestApp({ DATABASE_URL: server.url });
await setUpOrganisation(test);
await activateSmallModel(test);
const { config } = test.context;
const env = {
  PATH: process.env['PATH'],
  PORT: '0',
  LOG_LEVEL: 'silent',
  SAMPLE_DATA: 'off',
  SESSION_SECRET: 'a secret of a test that is long enough',
  DATABASE_URL: server.url,
  DATA_DIR: config.dataDir,
  MODELS_DIR: config.modelsDir,
  UPLOADS_DIR: config.uploadsDir,
};
const webs = Array.from({ length: 3 }, () => startMember(['web'], env));
const workers = Array.from({ length: 3 }, () => startMember(['worker', '--threads', '2'], env));
const members = [...webs, ...workers];
const client = new Client(webs);
await client.signIn();
const [customers, files]: [string[], string[]] = [[], []];
await Promise.all([
  scoreCustomers(client, customers),
  scoreFiles(client, files),
  doHarm(members, () => server.away(() => pause(2_000))),
]);
console.log(counts, { customers: customers.length, files: files.length });
for (let waited = 0; waited < 300 && (await listOpenJobs(test.context.db)).length > 0; waited++)
  await pause(1_000);
const faults = await findFaults(test, customers, files);
console.log(
  faults.length === 0 ? 'Nothing was lost or counted twice, and every job has ended.' : faults.join('\n'),
);
isEnding = true;
for (const { child } of members) child.kill('SIGKILL');
await test.close();
await server.stop();
process.exitCode = faults.length === 0 ? 0 : 1;
