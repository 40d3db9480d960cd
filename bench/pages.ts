/**
 * Every page that the table of routes has, at a million latest scores: how long it takes, the slowest first, beside the goal.
 * Fills a temporary installation by way of the program itself (two files that share their customers, a grouping, segments, a
 * campaign, a plan, outcomes), and asks for each page with the filters that people use, while further files are scored.
 *
 *   npm run build && npx tsx bench/pages.ts [ROWS] [--quiet] [--requests=N] [--only=TEXT]
 *
 * ROWS: of a file, 1,000,000 unless told. `--quiet`: nothing is scored meanwhile. `--only`: pages whose address has the text.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { createRoutes } from '../src/routes/index.ts';
import { createKeptFigures } from '../src/routes/kept-figures.ts';
import { activateSmallModel, createTestApp, customersCsv, setUpOrganisation } from '../tests/helpers/app.ts';
import { cpuSecondsOf, peakMegabytesOf, startAll } from '../tests/helpers/programs.ts';
import { numberOf, quantile } from './measuring.ts';
import { openClient } from './reads-client.ts';
import type { Client } from './reads-client.ts';

const goalMs = 300;
const rows = Number(process.argv.slice(2).find((word) => !word.startsWith('--')) ?? 1_000_000);
const isQuiet = process.argv.includes('--quiet');
const requests = numberOf('--requests', 20);
const only = process.argv.find((word) => word.startsWith('--only='))?.slice('--only='.length) ?? '';

const test = await createTestApp();
try {
  await setUpOrganisation(test);
  await activateSmallModel(test);
  const { child: server, url } = await startAll(test.context.config, { SAMPLE_DATA: 'on' });
  try {
    const client = await openClient(url);
    const ids = await fill(client);
    const scoring = isQuiet ? null : keepScoring(client);
    await measure(client, server, addressesOf(ids));
    const scored = await scoring?.stop();
    console.log(`${scored ?? 0} further files were scored. Peak memory ${peakMegabytesOf(server)} MB.`);
  } finally {
    const exit = once(server, 'exit');
    server.kill('SIGKILL');
    await exit;
  }
} finally {
  await test.close();
}

/** The same customers in every file, with other values, but for a thousandth of them. */
function fileOf(seed: number): Blob {
  const [header = '', ...lines] = customersCsv(5_000, seed).trim().split('\n');
  const first = seed * Math.ceil(rows / 1_000);
  const text = Array.from({ length: rows }, (_, i) => {
    const line = lines[i % lines.length]!;
    return `C-${first + i}${line.slice(line.indexOf(','))}`;
  });
  return new Blob([`${[header, ...text].join('\n')}\n`], { type: 'text/csv' });
}

/** Numbers of the records by the beginning of their addresses. */
type Ids = Readonly<Record<string, string>>;

async function fill(client: Client): Promise<Ids> {
  for (const seed of [1, 2]) {
    await client.score(fileOf(seed), `customers-${seed}.csv`);
    while ((await client.unscoredFiles()) > 0) await pause(200);
  }
  const list = await client.page('/customers');
  const customer = /href="\/customers\/(\d+)"/.exec(list)![1]!;
  const segment = await client.post('/segments', {
    name: 'Two years',
    column: 'Contract',
    level: 'Two year',
  });
  const grouping = await client.post('/groupings', {
    ...(await groupedColumns(client, ['tenure', 'MonthlyCharges', 'Contract'])),
    kind: 'clusters',
    name: 'Groups',
  });
  await untilReady(client, grouping);
  await client.post(`${grouping}/segments`, { groups: '3' });
  const groupSegment = /href="(\/segments\/\d+)"/.exec(await client.page(grouping))![1]!;
  const terms = { action: 'Call', cost: '5', saveRate: '20', smallestSaveRate: '10', horizonDays: '90' };
  const campaign = await client.post('/campaigns', { ...terms, name: 'Calls', segment: numberIn(segment) });
  await client.post(`${campaign}/launch`, { share: '0.1' });
  await untilReady(client, campaign);
  const batches = /href="\/batches\/(\d+)/.exec(await client.page('/score'))![1]!;
  return {
    ...{ customers: customer, segments: numberIn(groupSegment), groupings: numberIn(grouping) },
    ...{ campaigns: numberIn(campaign), batches, datasets: '1', models: '1', token: 'x'.repeat(43) },
    plans: numberIn(await planOf(client)),
  };
}

/** The names of the fields of a form's checkboxes beside these columns. */
async function groupedColumns(client: Client, columns: readonly string[]): Promise<Record<string, string>> {
  const form = await client.page('/groupings/new');
  const fields = [...form.matchAll(/name="(column\d+)"[^>]*>\s*([^<]*)/g)];
  const chosen = fields.filter(([, , label]) => columns.includes(label!.trim()));
  return Object.fromEntries(chosen.map(([, field]) => [field!, 'yes'] as const));
}

async function planOf(client: Client): Promise<string> {
  const form = await client.page('/plans/new');
  const used = [...form.matchAll(/name="(use\d+)"/g)].map(([, name]) => [name!, 'yes'] as const);
  const worth = { valueMonths: '12', valueMargin: '50' };
  const plan = await client.post('/plans', {
    ...Object.fromEntries(used),
    ...{ ...worth, name: 'Plan', budget: '50000' },
  });
  await untilReady(client, plan);
  return plan;
}

/** Pages that wait for a job say so to the script that asks again. */
async function untilReady(client: Client, path: string): Promise<void> {
  while ((await client.page(path)).includes('data-page-waits')) await pause(200);
}

function numberIn(path: string): string {
  return /\d+/.exec(path)![0];
}

/** One file after the other, so that pages are asked for beside a scoring. */
function keepScoring(client: Client): { readonly stop: () => Promise<number> } {
  let isOn = true as boolean;
  let count = 0;
  const scoring = (async () => {
    while (isOn) {
      await client.score(fileOf(3 + count++), `more-${count}.csv`);
      while ((await client.unscoredFiles()) > 0) await pause(200);
    }
  })();
  return {
    stop: async () => {
      isOn = false;
      await scoring;
      return count;
    },
  };
}

/** What people ask for beyond the bare page. */
function filtersOf(ids: Ids): Readonly<Record<string, readonly string[]>> {
  const filters = [
    'risk=high',
    'search=c-0012',
    'column=Contract&level=Two+year',
    'column=tenure&from=10&to=20',
    `segment=${ids['segments']}`,
    `batch=${ids['batches']}`,
  ];
  return {
    '/customers': [
      ...filters,
      'page=1000',
      'sort=value&order=asc',
      `batch=${ids['batches']}&compared=${Number(ids['batches']) - 1}&there=low`,
    ],
    '/analytics': [...filters, 'columns=all'],
    '/analytics/report': filters,
    '/analytics/pairs': [...filters, 'down=Contract&across=InternetService'],
    '/analytics/movement': filters.filter((filter) => !/^(risk|batch)=/.test(filter)),
    '/models/:id/monitoring': ['days=30'],
    '/settings/risk-levels': ['mediumFrom=20&highFrom=50'],
    '/datasets/:id': ['page=2'],
  };
}

/** Downloads are no pages; there is no answer without JavaScript or without a record of its own. */
function addressesOf(ids: Ids): string[] {
  const more = filtersOf(ids);
  return pathsOfRoutes()
    .filter((path) => !/\.csv$|\/(files|file|sql|onnx|progress)\b|:token|^\/health/.test(path))
    .flatMap((path) => [path, ...(more[path] ?? []).map((query) => `${path}?${query}`)])
    .map((path) => path.replace(/^\/([a-z-]+)\/:\w+/, (whole, noun: string) => withId(whole, ids[noun])))
    .filter((path) => !path.includes(':') && path.includes(only));
}

function withId(path: string, id: string | undefined): string {
  return id === undefined ? path : path.replace(/:\w+/, id);
}

function pathsOfRoutes(): string[] {
  const layers = createRoutes(test.context, createKeptFigures(test.context)).stack;
  return layers.flatMap(({ route }) =>
    route?.stack.some(({ method }) => method === 'get') === true ? [route.path] : [],
  );
}

interface Measured {
  readonly path: string;
  readonly first: number;
  readonly times: readonly number[];
  /** Of a request, of all threads, and so also of what is scored meanwhile. */
  readonly cpuMs: number;
}

async function measure(client: Client, server: ChildProcess, paths: readonly string[]): Promise<void> {
  const health = client.watchHealth();
  const measured: Measured[] = [];
  const refused: string[] = [];
  for (const path of paths) {
    const one = await measurePage(client, server, path).catch((error: unknown) => String(error));
    if (typeof one === 'string') refused.push(one);
    else measured.push(one);
  }
  report(measured, await health.stop());
  for (const line of new Set(refused)) console.log(`Not measured: ${line}`);
}

async function measurePage(client: Client, server: ChildProcess, path: string): Promise<Measured> {
  const cpu = cpuSecondsOf(server);
  const first = await client.time(path);
  const times = [first];
  for (let i = 1; i < requests; i++) times.push(await client.time(path));
  return { path, first, times, cpuMs: ((cpuSecondsOf(server) - cpu) * 1_000) / requests };
}

function report(measured: readonly Measured[], health: readonly number[]): void {
  const p95 = ({ times }: Measured): number => quantile(times, 0.95);
  console.log(`${''.padEnd(64)}   first    p50    p95    max  CPU ms`);
  for (const one of measured.toSorted((a, b) => p95(b) - p95(a))) {
    const figures = [one.first, quantile(one.times, 0.5), p95(one), Math.max(...one.times), one.cpuMs];
    const texts = figures.map((ms) => ms.toFixed(0).padStart(7));
    console.log(`${one.path.padEnd(64)} ${texts.join('')}${p95(one) > goalMs ? '  above the goal' : ''}`);
  }
  const above = measured.filter((one) => p95(one) > goalMs).length;
  console.log(`${measured.length} pages, ${above} with a 95 % above ${goalMs} ms.`);
  const delays = [0.5, 0.95, 0.99].map((share) => quantile(health, share).toFixed(0));
  console.log(`/health/live, which waits for the web thread only: ${delays.join(' / ')} ms (50, 95, 99 %)`);
}
