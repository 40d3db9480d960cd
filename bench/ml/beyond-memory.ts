/**
 * Training on more rows than text of them would fit into memory: generates a file (or takes the one that is there), trains
 * gradient boosting on all of it and on 500,000 rows drawn from it, each in a process of its own, and prints seconds, peak memory
 * and the AUC on rows of a third file; then the same of XGBoost, which reads the file by blocks as well (beyond_memory_peer.py).
 *
 *   npx tsx bench/ml/beyond-memory.ts [--rows 10000000] [--folder /tmp/holdfast-beyond] [--threads 2]
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultTrainingMemoryMb } from '../../src/config.ts';
import { writeModelFile } from '../../src/domain/models/files.ts';
import { maxTrainingRows } from '../../src/domain/training/dataset-table.ts';
import { readFileRows } from '../../src/domain/training/file-rows.ts';
import { trainOnRows } from '../../src/domain/training/fit.ts';
import { optionsFor } from '../../src/domain/training/options.ts';
import { readTrainingFile } from '../../src/domain/training/table.ts';
import { openFitThreads } from '../../src/domain/training/threads/fit-threads.ts';
import { createRandom } from '../../src/ml/math/random.ts';
import { rocAuc } from '../../src/ml/evaluation/metrics.ts';
import { sigmoid } from '../../src/ml/math/sigmoid.ts';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000000' },
    train: { type: 'string' },
    folder: { type: 'string', default: '/tmp/holdfast-beyond' },
    threads: { type: 'string', default: '2' },
  },
});
const node = process.execPath;
const source = ['--import', 'tsx'];
const peer = 'bench/ml/beyond_memory_peer.py';
/** As the peer has them. */
const params = { boosting: { trees: 100, maxLeaves: 31, learningRate: 0.2 } };
const drawnRows = 500_000;
const heldOutRows = 200_000;
const numbers = 10;
/** Levels of each category. */
const levels = [2, 2, 3, 4, 6, 10, 20, 50, 200, 800];

interface Run {
  readonly seconds: number;
  /** Of all its threads. */
  readonly cpu: number;
  readonly peakMb: number;
  readonly output: string;
}

if (options.train !== undefined) await trainOn(options.train);
else await compare();

/** In a process of its own. */
async function trainOn(path: string): Promise<void> {
  const threads = openFitThreads(Number(options.threads), 2_048);
  const plan = {
    datasetName: 'Generated',
    options: { ...optionsFor('quick'), families: ['boosting' as const], params, folds: 2, seed: 1 },
  };
  const table = await readTrainingFile(path, undefined, { mostRows: maxTrainingRows });
  const memory = { megabytes: defaultTrainingMemoryMb, threads: threads.count };
  const source = { path, firstLine: null, options: plan.options, memory };
  const rows = await readFileRows(table, source, () => undefined);
  const read = cpuSeconds();
  const model = trainOnRows(rows, plan, { threads });
  threads.close();
  await writeModelFile(dirname(path), `${basename(path)}.holdfast`, model);
  const { trainingRows } = model.evaluation;
  process.stdout.write(`${trainingRows} rows learned from, ${read.toFixed(0)} s of CPU to read them`);
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function compare(): Promise<void> {
  mkdirSync(options.folder, { recursive: true });
  const rows = Number(options.rows);
  const all = inFolder(`all-${rows}.csv`);
  const drawn = inFolder(`drawn-${rows}.csv`);
  const heldOut = inFolder('held-out.csv');
  writeRows(all, rows, 1);
  writeRows(drawn, rows, 1, Math.floor(rows / drawnRows));
  writeRows(heldOut, heldOutRows, 2);
  const files = [
    [drawn, `${drawnRows} rows drawn`],
    [all, `${rows} rows`],
  ] as const;
  for (const [file, words] of files) {
    const run = await measure(node, [
      ...source,
      import.meta.filename,
      '--train',
      file,
      '--threads',
      options.threads,
    ]);
    const scored = await measure(node, [
      ...source,
      'src/cli.ts',
      'score',
      heldOut,
      '--model',
      `${file}.holdfast`,
    ]);
    tell(`Holdfast, ${words}`, run, aucOf(scored.output), run.output);
  }
  for (const [file, words] of files) {
    const run = await measure('/usr/bin/python3', [peer, file, heldOut, options.threads]);
    tell(`XGBoost, ${words}`, run, Number(run.output), '');
  }
}

function tell(name: string, { seconds, cpu, peakMb }: Run, auc: number, more: string): void {
  process.stdout.write(
    `${name}: ${seconds.toFixed(0)} s, ${cpu.toFixed(0)} s of CPU, ${peakMb.toFixed(0)} MB at most, AUC ${auc.toFixed(4)} ${more}\n`,
  );
}

function inFolder(name: string): string {
  return join(options.folder, name);
}

/**
 * Numbers with curves, categories with and without order, and pairs of columns that only many rows tell apart: the churn rate
 * differs between the 10,000 pairs of two categories. Of the rows every `step`-th is written.
 */
function writeRows(path: string, rowCount: number, seed: number, step = 1): void {
  if (existsSync(path)) return;
  const random = createRandom(seed);
  const header = ['customer_id', ...Array.from({ length: numbers }, (_, k) => `n${k}`)];
  const file = openSync(path, 'w');
  writeSync(file, `${[...header, ...levels.map((_, k) => `c${k}`), 'Churn'].join(',')}\n`);
  let lines: string[] = [];
  for (let row = 0; row < rowCount; row++) {
    const x = Array.from({ length: numbers }, () => random.next());
    const c = levels.map((count) => Math.floor(count * random.next() ** 1.5));
    const margin =
      -1.6 +
      1.5 * Math.sin(5 * x[0]!) +
      2 * (x[1]! - 0.5) * (x[2]! > 0.5 ? 1 : -1) +
      (c[0] === 1 ? 0.7 * x[3]! : -0.4) +
      0.6 * ((c[4]! + c[5]!) % 3) +
      effectOf(c[9]!, 0) * 0.8 +
      effectOf(c[8]!, c[7]!) * 0.8;
    const left = random.next() < sigmoid(margin) ? 'Yes' : 'No';
    const cells = x.map((value, k) =>
      k % 2 === 0 ? value.toFixed(3) : String(Math.floor(value * 5_000) / 100),
    );
    if (row % step === 0)
      lines.push(`C${seed}${row},${cells.join(',')},${c.map((level) => `v${level}`).join(',')},${left}\n`);
    if (lines.length < 10_000 && row + 1 < rowCount) continue;
    writeSync(file, lines.join(''));
    lines = [];
  }
  closeSync(file);
}

/** Between −1 and 1, as good as random. */
function effectOf(a: number, b: number): number {
  const mixed = Math.imul(Math.imul(a + 1, 0x9e3779b1) ^ (b + 1), 0x85ebca6b);
  return ((mixed ^ (mixed >>> 15)) >>> 8) / 2 ** 23 - 1;
}

/** Runs a program and watches its memory, that of all its threads. */
async function measure(command: string, args: readonly string[]): Promise<Run> {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  let peakMb = 0;
  let cpu = 0;
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, memoryOf(child.pid!));
    cpu = Math.max(cpu, cpuOf(child.pid!));
  }, 100);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(code)}`);
  return {
    seconds: (performance.now() - started) / 1000,
    cpu,
    peakMb,
    output: Buffer.concat(chunks).toString(),
  };
}

/** Megabytes at most so far. The program may have ended. */
function memoryOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Seconds so far, in user and system mode. */
function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

/** `holdfast score` writes the rows in their order, with the columns of the file. */
function aucOf(csv: string): number {
  const [header = '', ...lines] = csv.trimEnd().split('\n');
  const names = header.split(',');
  const [label, probability] = [names.indexOf('Churn'), names.indexOf('churn_probability')];
  const cells = lines.map((line) => line.split(','));
  return rocAuc(
    Float64Array.from(cells, (row) => Number(row[probability])),
    Uint8Array.from(cells, (row) => Number(row[label] === 'Yes')),
  );
}
