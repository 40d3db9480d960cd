/**
 * How long fits take, ours beside the peers' on the same rows in one run, each in a process of its own:
 *
 *   npx tsc -p bench/tsconfig.json && node dist/bench/ml/speed.js [--rows 5600,100000,1000000] [--threads 2]
 *       [--families logistic,forest,boosting,network,one-network]
 *
 * Rows are generated: 3 numbers and 16 categories as in telecom data, about 27 % of them left. One fifth more rows are
 * only scored, so that learning less is no advantage. Times are of the fit alone: at 5,600 rows the fourth fit of
 * a process (of scikit-learn and XGBoost too), the median of three processes; above it the first of one, our threads
 * starting within it. Ours, scikit-learn and XGBoost have the same number of threads. CPU seconds, of all threads together,
 * hardly depend on what else the machine does; compare them with --threads 1. Peers: scikit-learn and XGBoost from Debian's packages, ml-random-forest and
 * ml-logistic-regression from npm at 5,600 rows.
 * Our network is an average of several; `one-network` is one against scikit-learn's one. Prints a Markdown table of ratios (ours / peer; below 1 is better).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openFitThreads } from '../../src/domain/training/threads/fit-threads.ts';
import { defaultParams, explainWith, fitEstimator, predictWith } from '../../src/ml/estimators.ts';
import type { Family } from '../../src/ml/estimators.ts';
import { rocAuc } from '../../src/ml/evaluation/metrics.ts';
import { createRandom } from '../../src/ml/math/random.ts';
import { takeRows } from '../../src/ml/data/table.ts';
import type { Column, Table } from '../../src/ml/data/table.ts';
import { projectRoot } from '../../src/paths.ts';

interface Measured {
  readonly seconds: number;
  /** CPU seconds of all threads; absent for the npm peers. */
  readonly cpu?: number;
  readonly auc: number;
  readonly megabytes: number;
  /** Rows a second of tree SHAP. */
  readonly shap?: number;
}

/** Levels of each column; 0 is a number. */
const shape = [0, 0, 0, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 2] as const;
/** What is fitted: a family, with its defaults where nothing else is said. */
const cases = {
  logistic: { family: 'logistic', params: {}, peers: ['sklearn', 'npm'] },
  forest: { family: 'forest', params: {}, peers: ['sklearn', 'npm'] },
  boosting: { family: 'boosting', params: {}, peers: ['xgboost'] },
  network: { family: 'network', params: {}, peers: ['sklearn'] },
  'one-network': { family: 'network', params: { networks: 1 }, peers: ['sklearn'] },
} as const;
type Case = keyof typeof cases;
const caseNames = Object.keys(cases) as Case[];
const shapRows = 20_000;
/** The npm peers are given so long. */
const npmSeconds = 60;
const here = join(projectRoot, 'bench/ml');

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '5600,100000,1000000' },
    threads: { type: 'string', default: '2' },
    families: { type: 'string', default: caseNames.join(',') },
    child: { type: 'string' },
    file: { type: 'string' },
  },
});
if (values.child !== undefined) measureOurs(values.child as Case, values.file!);
else compare(values.rows.split(',').map(Number));

function compare(sizes: readonly number[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-speed-'));
  try {
    const lines = sizes.flatMap((rows) => {
      const file = join(folder, `${rows}.bin`);
      writeRows(file, rows);
      const wanted = caseNames.filter((name) => values.families.split(',').includes(name));
      return wanted.flatMap((name) => compareCase(name, rows, file));
    });
    process.stdout.write(
      [
        `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${cpus()[0]!.model.trim()}), Node ${process.version}. Threads of ours, scikit-learn and XGBoost: ${values.threads}.`,
        '',
        '| what | rows | ours | peer | ratio | CPU ours / peer | peak memory ours / peer | AUC ours / peer |',
        '|---|---:|---:|---:|---:|---:|---:|---:|',
        ...lines,
        '',
      ].join('\n'),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compareCase(name: Case, rows: number, file: string): string[] {
  const { family, peers } = cases[name];
  if (family === 'network' && rows > 100_000) return [];
  const repeats = rows <= 10_000 ? 3 : 1;
  const ours = median(Array.from({ length: repeats }, () => runOurs(name, file)));
  return peers.flatMap((peer) => {
    if (peer === 'npm' && rows > 10_000) return [];
    const times = peer === 'npm' ? 1 : repeats;
    const theirs = median(Array.from({ length: times }, () => runPeer(peer, family, file)));
    const names: Readonly<Record<string, string>> = {
      sklearn: 'scikit-learn',
      xgboost: 'XGBoost',
      npm: `ml-${family === 'forest' ? 'random-forest' : 'logistic-regression'}`,
    };
    const label = `${name.replace('-', ' ')} against ${names[peer]!}`;
    if (theirs === null)
      return [
        `| ${label} | ${count(rows)} | ${ours!.seconds.toFixed(2)} s | not ended in ${npmSeconds} s | | | | |`,
      ];
    const fit = `| ${label} | ${count(rows)} | ${ours!.seconds.toFixed(2)} s | ${theirs.seconds.toFixed(2)} s | ${(ours!.seconds / theirs.seconds).toFixed(2)} | ${ours!.cpu!.toFixed(2)} / ${theirs.cpu?.toFixed(2) ?? ''} s | ${Math.round(ours!.megabytes)} / ${Math.round(theirs.megabytes)} MB | ${ours!.auc.toFixed(4)} / ${theirs.auc.toFixed(4)} |`;
    if (peer !== 'xgboost') return [fit];
    return [
      fit,
      `| tree SHAP against XGBoost, rows/s | ${count(rows)} | ${count(ours!.shap!)} | ${count(theirs.shap!)} | ${(theirs.shap! / ours!.shap!).toFixed(2)} | | | |`,
    ];
  });
}

function runOurs(name: Case, file: string): Measured | null {
  const args = ['--child', name, '--file', file, '--threads', values.threads];
  return run(process.execPath, [...process.execArgv, import.meta.filename, ...args], 1_200);
}

function runPeer(peer: string, family: Family, file: string): Measured | null {
  if (peer === 'npm')
    return run(process.execPath, [resolve(here, 'speed_npm.cjs'), family, file], npmSeconds);
  return run(
    '/usr/bin/python3',
    [resolve(here, 'speed_peers.py'), family, file, JSON.stringify(defaultParams(family))],
    1_200,
  );
}

function run(program: string, args: readonly string[], seconds: number): Measured | null {
  const { threads } = values;
  const environment = { ...process.env, OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads };
  const { stdout, stderr, status } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: seconds * 1_000,
    env: environment,
  });
  if (status !== 0) {
    process.stderr.write(`${args.slice(-3).join(' ')}: ${stderr.slice(-500)}\n`);
    return null;
  }
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured;
}

/** Fits in this process and prints what it took. */
function measureOurs(name: Case, file: string): void {
  const { family, params } = cases[name];
  const { table, target, trainingRows } = readRows(file);
  const part = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
  const train = takeRows(table, part(0, trainingRows));
  const test = takeRows(table, part(trainingRows, table.rowCount));
  // A server has trained before: the first small fit of a process is mostly the compiler's work.
  const repeats = trainingRows <= 10_000 ? 4 : 1;
  const data = { table: train, target: target.slice(0, trainingRows) };
  let started = performance.now();
  let worked = process.cpuUsage();
  const threads = openFitThreads(Number(values.threads), 4_096);
  for (let repeat = 1; repeat < repeats; repeat++) {
    fitEstimator(family, params, data, createRandom(repeat), { threads });
    [started, worked] = [performance.now(), process.cpuUsage()];
  }
  const fitted = fitEstimator(family, params, data, createRandom(1), { threads });
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(worked);
  threads.close();
  const auc = rocAuc(predictWith(fitted, test), target.slice(trainingRows));
  const { maxRSS } = process.resourceUsage();
  const megabytes = maxRSS / 1024;
  const measured: Measured = {
    seconds,
    cpu: (user + system) / 1_000_000,
    auc,
    megabytes,
    ...(family === 'boosting' ? { shap: shapSpeed(fitted, train) } : {}),
  };
  process.stdout.write(`${JSON.stringify(measured)}\n`);
}

function shapSpeed(fitted: ReturnType<typeof fitEstimator>, table: Table): number {
  const rows = takeRows(
    table,
    Int32Array.from({ length: Math.min(shapRows, table.rowCount) }, (_, row) => row),
  );
  explainWith(
    fitted,
    takeRows(
      rows,
      Int32Array.from({ length: 1_000 }, (_, row) => row),
    ),
  );
  const started = performance.now();
  explainWith(fitted, rows);
  return Math.round(rows.rowCount / ((performance.now() - started) / 1_000));
}

/** Column-major float64 after a header of [all rows, training rows], the label last. */
function writeRows(file: string, trainingRows: number): void {
  const rowCount = Math.round(trainingRows * 1.2);
  const random = createRandom(17);
  const effects = shape.map((levels) =>
    Array.from({ length: Math.max(1, levels) }, () => 0.5 * random.normal()),
  );
  const data = new Float64Array(2 + rowCount * (shape.length + 1));
  data.set([rowCount, trainingRows]);
  for (let row = 0; row < rowCount; row++) {
    let margin = -1.35;
    shape.forEach((levels, j) => {
      const value = levels === 0 ? Math.round(1_000 * random.next() ** (j + 1)) / 10 : random.below(levels);
      data[2 + j * rowCount + row] = value;
      margin += levels === 0 ? effects[j]![0]! * Math.sin(value / 25) : effects[j]![value]!;
    });
    data[2 + shape.length * rowCount + row] = random.next() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
  }
  writeFileSync(file, new Uint8Array(data.buffer));
}

function readRows(file: string): { table: Table; target: Uint8Array; trainingRows: number } {
  const bytes = readFileSync(file);
  const data = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  const [rowCount = 0, trainingRows = 0] = data;
  const columns = shape.map((levels, j): Column => {
    const cells = data.subarray(2 + j * rowCount, 2 + (j + 1) * rowCount);
    const name = `c${j}`;
    if (levels === 0) return { kind: 'number', name, values: cells.slice() };
    return {
      kind: 'category',
      name,
      levels: Array.from({ length: levels }, (_, i) => `l${i}`),
      codes: Int32Array.from(cells),
    };
  });
  return {
    table: { rowCount, columns },
    target: Uint8Array.from(data.subarray(2 + shape.length * rowCount)),
    trainingRows,
  };
}

function median(runs: readonly (Measured | null)[]): Measured | null {
  const done = runs.filter((run) => run !== null).sort((a, b) => a.seconds - b.seconds);
  return done[done.length >> 1] ?? null;
}

function count(value: number): string {
  return value.toLocaleString('en');
}
