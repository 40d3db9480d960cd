/**
 * Scoring a batch: blocks of its file are scored, in threads where there are some, and their results appended in order to
 * the result files. At intervals these are synced and one short transaction stores the counts and the checkpoint. A
 * resumed run cuts the files off at the checkpoint and continues, so that its output is that of an uninterrupted one
 * (docs/decisions/0005).
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { DamagedRecord } from '../../errors.ts';
import { addToBatch, getBatch, updateBatch } from '../../store/batches.ts';
import type { Checkpoint, FrozenRules } from '../../store/batch-documents.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { getModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { markLatest, prepareMarks } from '../../store/score-files/mark-latest.ts';
import type { PreparedMarks } from '../../store/score-files/mark-latest.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { fileStart } from '../csv/reader.ts';
import type { CsvPosition } from '../csv/reader.ts';
import { cancelled, done } from '../jobs/steps.ts';
import type { JobOutcome, JobSteps } from '../jobs/steps.ts';
import { challengeLater } from '../models/challenger.ts';
import { readModelFile } from '../models/files.ts';
import { relabelAfterScoring } from '../risk/relabelling.ts';
import type { BlockResult, BlockTask } from './blocks/block-work.ts';
import { noCounts, sumOf } from './blocks/counts.ts';
import { readBlocks } from './blocks/cut.ts';
import { inOrder, runHere } from './blocks/runner.ts';
import type { BlockRunner, OpenRunner } from './blocks/runner.ts';
import { scoreFileHeader } from './blocks/score-block.ts';
import type { ScoringPlan } from './blocks/score-block.ts';
import type { RawBlock } from './blocks/typed-block.ts';
import { readCheckedBlocks, removeColumnsFile } from './checked-columns.ts';
import { createCheckReport } from './findings.ts';
import { mappingOf } from './mapping.ts';
import { openResultFiles } from './result-files.ts';
import type { ResultFiles } from './result-files.ts';

/** A crash repeats the work of so long at most. */
const checkpointMs = 250;

export interface ScoringEnv {
  readonly uploadsDir: string;
  readonly modelsDir: string;
  /** Without it, blocks are scored in this thread. */
  readonly openRunner?: OpenRunner;
}

export async function scoreBatch(
  db: Db,
  { uploadsDir, modelsDir, openRunner = runHere }: ScoringEnv,
  batchId: number,
  steps: JobSteps,
): Promise<JobOutcome> {
  const store = { db, folder: uploadsDir };
  const batch = await getBatch(db, batchId);
  const plan = await planOf(db, modelsDir, batch);
  // Inside a transaction that needs the job's lease: a process that lost the job must not cut off the files.
  const files = await inTransaction(db, () =>
    Promise.resolve(openResultFiles(uploadsDir, batch, scoreFileHeader(plan))),
  );
  const progress = createProgress(batch, files);
  const commit = async (): Promise<void> => {
    files.sync();
    await inTransaction(db, async (trx) => {
      await steps.stored?.(trx);
      await progress.store(trx);
    });
    progress.forget();
  };
  const path = join(uploadsDir, batch.file);
  const from = batch.checkpoint?.position ?? fileStart;
  const task = taskOf(batch, plan);
  const report = task.isCheck ? createCheckReport(batch.rowCount) : null;
  const runner = openRunner(task, statSync(path).size);
  try {
    if (report) {
      const checking = openRunner({ ...task, scoring: null }, from.offset);
      const blocks = readBlocks(path, batch.format.delimiter, fileStart, checking);
      await reportAgain(blocksBefore(from, blocks), checking, report);
    }
    const checked = report ? null : readCheckedBlocks(path, task.source, from, runner.spare);
    const blocks = checked ?? readBlocks(path, batch.format.delimiter, from, runner);
    for await (const result of inOrder(blocks, runner)) {
      progress.add(result);
      if (result.findings) report?.add(result.findings);
      runner.release(result);
      const answer = await steps.step(progress.seen(), batch.rowCount);
      if (answer !== 'go on' || progress.age() >= checkpointMs) await commit();
      if (answer === 'stop') return 'stopped';
      if (answer === 'cancel') {
        const marks = await prepareMarks(store, batchId);
        return cancelled(async (trx) => {
          await updateBatch(trx, batchId, { state: 'cancelled' });
          await endScores(trx, store, batchId, marks);
        });
      }
    }
    await commit();
    // What its threads hold is needed for the marks.
    await runner.close();
    const marks = await prepareMarks(store, batchId);
    return done(async (trx) => {
      files.publish();
      removeColumnsFile(path);
      if (report) await updateBatch(trx, batchId, { report: report.report() });
      await finish(trx, store, batchId, marks);
    });
  } finally {
    await runner.close();
    files.close();
  }
}

/** What has been appended to the files since the last checkpoint. */
function createProgress(batch: BatchRecord, files: ResultFiles) {
  let position = batch.checkpoint?.position ?? fileStart;
  let seen = batch.scoredCount + batch.rejectedCount;
  let scoreRows = batch.checkpoint ? batch.scoreRows : 0;
  let counts = noCounts;
  // The first block is stored at once: whoever waits sees that it goes on.
  let since = -Infinity;
  return {
    /** Appends a result to the files. */
    add: ({ rejected, scored, rowCount, rejectedCount, after }: BlockResult): void => {
      if (scored === null) throw new Error('The block was not scored.');
      files.append(scored.lines, rejected, scored.group);
      counts = sumOf(counts, scored.counts);
      position = after;
      seen += rowCount + rejectedCount;
      scoreRows += rowCount;
    },
    store: async (trx: Db): Promise<void> => {
      const { scoredBytes, rejectedBytes, scoreBytes } = files.sizes();
      const checkpoint: Checkpoint = { position, scoredBytes, rejectedBytes };
      await addToBatch(trx, batch.id, counts, checkpoint);
      await updateBatch(trx, batch.id, { scoreRows, scoreBytes });
    },
    /** They are stored. */
    forget: (): void => {
      counts = noCounts;
      since = performance.now();
    },
    seen: () => seen,
    /** Milliseconds since the last checkpoint. */
    age: () => performance.now() - since,
  };
}

/** The scores so far become the latest of their customers. Call in the transaction that ends the scoring. */
async function endScores(
  trx: Db,
  store: ScoreStore,
  batchId: number,
  marks: PreparedMarks | null,
): Promise<void> {
  await markLatest(trx, { ...store, db: trx }, batchId, marks);
  await relabelAfterScoring(trx, batchId);
}

/** Follow-up jobs are queued in the same transaction, so that a crash loses neither. */
async function finish(
  trx: Db,
  store: ScoreStore,
  batchId: number,
  marks: PreparedMarks | null,
): Promise<void> {
  const { scoredCount } = await getBatch(trx, batchId);
  const failed = scoredCount === 0;
  await endScores(trx, store, batchId, marks);
  await updateBatch(trx, batchId, {
    state: failed ? 'failed' : 'done',
    error: failed ? 'No row could be read. The rejected rows have the reasons.' : null,
    finishedAt: new Date().toISOString(),
  });
  await challengeLater(trx, batchId);
}

async function planOf(db: Db, modelsDir: string, batch: BatchRecord): Promise<ScoringPlan> {
  const { format, header } = batch;
  const record = await frozenModel(db, batch);
  return {
    model: await readModelFile(modelsDir, record),
    modelLabel: record.label,
    rules: rulesOf(batch),
    format,
    columnCount: header.length,
    isBatch: true,
  };
}

function taskOf(batch: BatchRecord, scoring: ScoringPlan): BlockTask {
  const { format, columnCount, model } = scoring;
  return {
    source: { schema: model.schema, mapping: mappingOf(batch), format, columnCount },
    scoring,
    isCheck: isUnchecked(batch),
    keepsColumns: false,
  };
}

/** A file that was to be scored right away; those that Holdfast made itself need no report. */
function isUnchecked({ report, correctsBatchId, isSample }: BatchRecord): boolean {
  return report === null && correctsBatchId === null && !isSample;
}

function* blocksBefore({ offset }: CsvPosition, blocks: Iterable<RawBlock>): Generator<RawBlock> {
  for (const block of blocks) {
    if (block.offset >= offset) return;
    yield block;
  }
}

/** Adds what is in front of a checkpoint: findings are not stored on the way. */
async function reportAgain(
  blocks: Iterable<RawBlock>,
  runner: BlockRunner<BlockResult>,
  report: ReturnType<typeof createCheckReport>,
): Promise<void> {
  try {
    for await (const result of inOrder(blocks, runner)) {
      report.add(result.findings!);
      runner.release(result);
    }
  } finally {
    await runner.close();
  }
}

/** The model with the label and threshold that it had when scoring began. */
async function frozenModel(db: Db, batch: BatchRecord): Promise<ModelRecord> {
  const record = await getModel(db, batch.modelId ?? 0);
  const { threshold = record.threshold } = rulesOf(batch);
  return { ...record, threshold, label: batch.modelLabel ?? record.label };
}

function rulesOf({ id, rules }: BatchRecord): FrozenRules {
  if (rules === null) throw new DamagedRecord(`batch ${id}`, 'the rules that it is scored with are missing');
  return rules;
}
