/**
 * Bulk scoring, ours beside pandas + scikit-learn on the same rows in the same run: rows a second and peak memory.
 * Ours takes the file in, checks every row, scores it with reasons and actions, and writes results, rejects and the
 * database, synced: all that an upload goes through.
 *
 *   npx tsx bench/bulk-scoring.ts [ROWS]      generated customers; 200,000 unless told
 */
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { inTransaction, migrate, openDatabase } from '../src/db.ts';
import { checkBatch } from '../src/domain/batches/check.ts';
import { startScoring } from '../src/domain/batches/batches.ts';
import { scoreBatch } from '../src/domain/batches/scoring.ts';
import { takeInCsv } from '../src/domain/csv/intake.ts';
import { exampleRules } from '../src/domain/retention/example-rules.ts';
import { guessMapping } from '../src/domain/batches/mapping.ts';
import { sampleColumns } from '../src/domain/sample/generator.ts';
import { sampleHistory, sampleLines } from '../src/domain/sample/files.ts';
import { storeModel, trainOnTable } from '../src/domain/training/fit.ts';
import { optionsFor } from '../src/domain/training/options.ts';
import { readTrainingTable } from '../src/domain/training/table.ts';
import { getBatch, insertBatch, updateBatch } from '../src/store/batches.ts';
import { getModel } from '../src/store/models.ts';
import { insertRule } from '../src/store/retention-rules.ts';

interface Figures {
  readonly who: string;
  readonly rows: number;
  readonly seconds: number;
  readonly peakMegabytes: number;
  /** Parts of `seconds`; the peer has none. */
  readonly intakeSeconds?: number;
  readonly checkSeconds?: number;
  readonly scoringSeconds?: number;
}

if (process.argv[2] === '--ours') await scoreOurs(process.argv[3]!);
else await compare(Number(process.argv[2] ?? 200_000));

async function compare(rows: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  try {
    const columns = sampleColumns.filter((column) => column !== 'Churn');
    await pipeline(
      Readable.from(sampleLines(columns, rows, 5)),
      createWriteStream(join(folder, 'input.csv')),
    );
    writeFileSync(join(folder, 'history.csv'), sampleHistory());
    const ours = run(process.execPath, ['--import', 'tsx', import.meta.filename, '--ours', folder]);
    const parts = [ours.intakeSeconds, ours.checkSeconds, ours.scoringSeconds].map((part = NaN) =>
      part.toFixed(2),
    );
    report(ours, rows);
    console.log(`Of these: taking in ${parts[0]} s, check ${parts[1]} s, scoring ${parts[2]} s.`);
    const script = join(import.meta.dirname, 'bulk-scoring.py');
    const peer = run('/usr/bin/python3', [script, join(folder, 'history.csv'), join(folder, 'input.csv')]);
    report(peer, rows);
    console.log(
      `Ratio of speed ${(peer.seconds / ours.seconds).toFixed(2)}, of memory ${(ours.peakMegabytes / peer.peakMegabytes).toFixed(2)}.`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function report({ who, seconds, peakMegabytes }: Figures, rows: number): void {
  const speed = Math.round(rows / seconds).toLocaleString('en');
  console.log(
    `${who.padEnd(24)} ${speed} rows/s, ${seconds.toFixed(2)} s, peak ${Math.round(peakMegabytes)} MB`,
  );
}

function run(command: string, args: string[]): Figures {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Figures;
}

async function scoreOurs(folder: string): Promise<void> {
  const folders = { uploadsDir: folder, modelsDir: join(folder, 'models') };
  mkdirSync(folders.modelsDir);
  const db = openDatabase(`sqlite:${join(folder, 'bench.db')}`);
  await migrate(db);
  for (const [position, rule] of exampleRules.entries())
    await insertRule(db, { ...rule, position, enabled: true, isExample: false });
  const plan = {
    datasetName: 'Sample',
    only: null,
    options: { ...optionsFor('quick'), families: ['logistic' as const] },
  };
  const modelId = await storeModel(
    db,
    folders.modelsDir,
    trainOnTable(readTrainingTable(sampleHistory()), plan, () => undefined),
    { name: 'Bench', datasetId: null, isSample: false },
  );
  const model = await getModel(db, modelId);

  const started = performance.now();
  const intake = await takeInCsv(join(folder, 'input.csv'));
  const id = await insertBatch(db, {
    ...intake,
    userId: null,
    originalName: 'input.csv',
    file: 'input.csv',
    isSample: false,
  });
  const takenIn = performance.now();
  const mapping = guessMapping(model.schema, intake.header);
  const steps = { step: () => Promise.resolve('go on' as const) };
  await updateBatch(db, id, { modelId, modelLabel: model.label, mapping });
  const check = await checkBatch(db, folders, await getBatch(db, id), steps);
  if (check !== 'stopped') await inTransaction(db, check.write);
  const checked = performance.now();
  await startScoring(db, null, id, { model, mapping });
  const end = await scoreBatch(db, folders, id, steps);
  if (end !== 'stopped') await inTransaction(db, end.write);
  const ended = performance.now();
  const [intakeSeconds, checkSeconds, scoringSeconds, seconds] = [
    takenIn - started,
    checked - takenIn,
    ended - checked,
    ended - started,
  ].map((ms) => ms / 1000);
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  await db.destroy();
  console.log(
    JSON.stringify({
      who: 'Holdfast',
      rows: intake.rowCount,
      seconds,
      peakMegabytes,
      intakeSeconds,
      checkSeconds,
      scoringSeconds,
    }),
  );
}
