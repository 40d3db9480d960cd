/**
 * Bulk scoring, ours beside a Python script on the same rows in the same run: rows a second, CPU and peak memory. Ours
 * takes the file in, checks and scores every row with reasons, actions and notes, and writes results, rejects, the score
 * file and the database, synced: all that an upload goes through. The peer has none of that.
 *
 *   npx tsc -p bench/tsconfig.json && node dist/bench/bulk-scoring.js [ROWS] [WHAT] [STEPS]
 *
 * ROWS: generated customers, 200,000 unless told. WHAT: `logistic` (19 features), `eight` (8 features), both beside pandas
 * and scikit-learn; `auto`, beside XGBoost with its contributions. STEPS: `one`, check and scoring in one go; `two`.
 */
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { inTransaction, migrate, openDatabase } from '../src/db.ts';
import { startScoring } from '../src/domain/batches/batches.ts';
import { checkBatch } from '../src/domain/batches/check.ts';
import { guessMapping } from '../src/domain/batches/mapping.ts';
import { scoreBatch } from '../src/domain/batches/scoring.ts';
import { takeInCsv } from '../src/domain/csv/intake.ts';
import type { JobOutcome } from '../src/domain/jobs/steps.ts';
import { exampleRules } from '../src/domain/retention/example-rules.ts';
import { paperColumns, sampleHistory, sampleLines } from '../src/domain/sample/files.ts';
import { sampleColumns } from '../src/domain/sample/generator.ts';
import { storeModel, trainOnTable } from '../src/domain/training/fit.ts';
import { optionsFor } from '../src/domain/training/options.ts';
import { readTrainingTable } from '../src/domain/training/table.ts';
import { openBlockThreads } from '../src/domain/batches/blocks/block-threads.ts';
import { getBatch, insertBatch, updateBatch } from '../src/store/batches.ts';
import { listModels } from '../src/store/models.ts';
import { insertRule } from '../src/store/retention-rules.ts';

interface Figures {
  readonly who: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  /** Parts of `seconds`; the peer has none. */
  readonly parts?: Readonly<Record<string, number>>;
}

const workloads = {
  logistic: { only: null, families: ['logistic'], peer: 'bulk-scoring.py' },
  eight: { only: paperColumns, families: ['logistic'], peer: 'bulk-scoring.py' },
  auto: { only: null, families: ['auto'], peer: 'bulk-scoring-xgboost.py' },
} as const;
type Workload = keyof typeof workloads;

const [, , first = '200000', what = 'logistic', steps = 'one'] = process.argv;
if (first === '--ours') await scoreOurs(what, steps);
else await compare(Number(first), what as Workload, steps);

async function compare(rows: number, what: Workload, steps: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const { only, peer } = workloads[what];
  try {
    const columns = sampleColumns.filter((column) => column !== 'Churn');
    await pipeline(
      Readable.from(sampleLines(columns, rows, 5)),
      createWriteStream(join(folder, 'input.csv')),
    );
    writeFileSync(join(folder, 'history.csv'), sampleHistory());
    await prepare(folder, what);
    const script = resolve('bench', peer);
    const files = [join(folder, 'history.csv'), join(folder, 'input.csv'), ...(only ?? [])];
    const theirs = report(rows, run('/usr/bin/python3', [script, ...files]));
    const ours = report(rows, run(process.execPath, [import.meta.filename, '--ours', folder, steps]));
    const speed = theirs.seconds / ours.seconds;
    const memory = ours.peakMegabytes / theirs.peakMegabytes;
    console.log(`Ratio of speed ${speed.toFixed(2)}, of memory ${memory.toFixed(2)}.`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function report(rows: number, figures: Figures): Figures {
  const { who, seconds, cpuSeconds, peakMegabytes, parts = {} } = figures;
  const speed = Math.round(rows / seconds).toLocaleString('en');
  const times = `${seconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} s of CPU`;
  console.log(`${who.padEnd(24)} ${speed} rows/s, ${times}, peak ${Math.round(peakMegabytes)} MB`);
  for (const [part, took] of Object.entries(parts)) console.log(`  ${part} ${took.toFixed(2)} s`);
  return figures;
}

function run(command: string, args: readonly string[]): Figures {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Figures;
}

/** A database with rules and a model, as a running organisation has them. */
async function prepare(folder: string, what: Workload): Promise<void> {
  const db = openDatabase(`sqlite:${join(folder, 'bench.db')}`);
  await migrate(db);
  for (const [position, rule] of exampleRules.entries())
    await insertRule(db, { ...rule, position, enabled: true, isExample: false });
  const { only, families } = workloads[what];
  const options = { ...optionsFor('quick'), ...(what === 'auto' ? {} : { families: [...families] }) };
  const plan = { datasetName: 'Sample', only, options };
  const model = trainOnTable(readTrainingTable(sampleHistory()), plan, () => undefined);
  mkdirSync(join(folder, 'models'));
  const names = { name: 'Bench', datasetId: null, isSample: false };
  await storeModel(db, join(folder, 'models'), model, names);
  await db.destroy();
}

async function scoreOurs(folder: string, steps: string): Promise<void> {
  const env = {
    uploadsDir: folder,
    modelsDir: join(folder, 'models'),
    openRunner: openBlockThreads(2_048),
  };
  const db = openDatabase(`sqlite:${join(folder, 'bench.db')}`);
  const [model] = await listModels(db);
  const parts: Record<string, number> = {};
  const go = { step: () => Promise.resolve('go on' as const) };
  const finish = async (outcome: JobOutcome): Promise<void> => {
    if (outcome !== 'stopped') await inTransaction(db, outcome.write);
  };
  const timed = async <T>(part: string, work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work();
    parts[part] = (performance.now() - began) / 1000;
    return result;
  };
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const intake = await timed('taking in', () => takeInCsv(join(folder, 'input.csv')));
  const upload = { userId: null, originalName: 'input.csv', file: 'input.csv', isSample: false };
  const id = await insertBatch(db, { ...intake, ...upload });
  const plan = { model: model!, mapping: guessMapping(model!.schema, intake.header) };
  if (steps === 'two') {
    await updateBatch(db, id, { modelId: model!.id, modelLabel: model!.label, mapping: plan.mapping });
    await timed('check', async () => finish(await checkBatch(db, env, await getBatch(db, id), go)));
  }
  await startScoring(db, null, id, plan);
  await timed(steps === 'two' ? 'scoring' : 'check and scoring', async () =>
    finish(await scoreBatch(db, env, id, go)),
  );
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  const { state } = await getBatch(db, id);
  if (state !== 'done') throw new Error(`The batch is ${state}.`);
  await db.destroy();
  console.log(
    JSON.stringify({ who: 'Holdfast', seconds, cpuSeconds: (user + system) / 1e6, peakMegabytes, parts }),
  );
}
