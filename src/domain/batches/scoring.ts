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
import { isoTimeOf } from '../../db/clock.ts';
import { saveBatchCounts } from '../../store/batch-counts.ts';
import type { BatchCounts } from '../../store/batch-count-documents.ts';
import { addToBatch, getBatch, updateBatch } from '../../store/batches.ts';
import type { Checkpoint } from '../../store/batch-documents.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { localFiles } from '../../store/files/files.ts';
import type { Files } from '../../store/files/files.ts';
import { machineOf } from '../../store/files/machine.ts';
import type { Lease } from '../../store/job-leases.ts';
import { markLatest, prepareMarks } from '../../store/score-files/mark-latest.ts';
import type { PreparedMarks } from '../../store/score-files/mark-latest.ts';
import { findScoredBatch, withScoresOf } from '../../store/score-files/store.ts';
import type { ScoredBatch, ScoreStore } from '../../store/score-files/store.ts';
import { fileStart } from '../csv/reader.ts';
import type { CsvPosition } from '../csv/reader.ts';
import { cancelled, done } from '../jobs/steps.ts';
import type { JobOutcome, JobSteps, StepAnswer } from '../jobs/steps.ts';
import { challengeLater } from '../models/challenger.ts';
import { openFileTally } from '../monitoring/file-tally.ts';
import { relabelAfterScoring } from '../risk/relabelling.ts';
import { checkAlertsLater } from '../alerts/due.ts';
import { writeAfterScoring } from '../warehouse/score-writes.ts';
import { readBatchOutcomes, recordBatchOutcomes } from './batch-outcomes.ts';
import type { BlockResult, BlockTask } from './blocks/block-work.ts';
import { noCounts, sumOf } from './blocks/counts.ts';
import { readBlocks } from './blocks/cut.ts';
import { inOrder, runHere } from './blocks/runner.ts';
import type { BlockRunner, OpenRunner } from './blocks/runner.ts';
import { scoreFileHeader } from './blocks/score-block.ts';
import type { RawBlock } from './blocks/typed-block.ts';
import { readCheckedBlocks, removeColumnsFile } from './checked-columns.ts';
import { createCheckReport } from './findings.ts';
import { openResultFiles } from './result-files.ts';
import type { ResultFiles } from './result-files.ts';
import { planOf, taskOf } from './scoring-plan.ts';
import { inOrderShared } from './shared/owner.ts';
import type { Sharing } from './shared/owner.ts';
import { leaveResults, takeUp } from './taking-up.ts';

/** A crash repeats the work of so long at most. */
const checkpointMs = 250;

export interface ScoringEnv {
  readonly uploadsDir: string;
  readonly modelsDir: string;
  /** The folders alone, unless they are shared. */
  readonly files?: Files;
  /** Without it, blocks are scored in this thread. */
  readonly openRunner?: OpenRunner;
  /** Of the job: with it, the blocks of a large file are offered to other workers too. */
  readonly lease?: Lease | undefined;
}

/** What is left of a smaller file is scored before others have begun. */
const fewestSharedBytes = 32 * 2 ** 20;

export async function scoreBatch(
  db: Db,
  { uploadsDir, modelsDir, files: shared = localFiles, openRunner = runHere, lease }: ScoringEnv,
  batchId: number,
  steps: JobSteps,
): Promise<JobOutcome> {
  const store = { db, folder: uploadsDir };
  const batch = await takeUp(db, { uploadsDir, files: shared }, batchId);
  const plan = await planOf(db, modelsDir, batch);
  // Inside a transaction that needs the job's lease: a process that lost the job must not cut off the files.
  const files = await inTransaction(db, () =>
    Promise.resolve(openResultFiles(uploadsDir, batch, scoreFileHeader(plan))),
  );
  const machine = shared.isShared ? machineOf(uploadsDir) : undefined;
  const progress = createProgress(batch, files, machine);
  const tally = openFileTally(plan.model);
  const commit = async (): Promise<void> => {
    files.sync();
    await inTransaction(db, async (trx) => {
      await steps.stored?.(trx);
      await progress.store(trx);
    });
    progress.forget();
  };
  const path = join(uploadsDir, batch.file);
  const task = taskOf(batch, plan);
  const report = task.isCheck ? createCheckReport(batch.rowCount) : null;
  let answer: StepAnswer = 'go on';
  try {
    for await (const result of resultsOf(
      batch,
      path,
      task,
      openRunner,
      lease && { db, lease, upload: path },
    )) {
      progress.add(result);
      if (result.scored?.tally) tally?.add(result.scored.tally);
      if (result.findings) report?.add(result.findings);
      answer = await steps.step(progress.seen(), batch.rowCount);
      if (answer !== 'go on') break;
      if (progress.age() >= checkpointMs) await commit();
    }
    await commit();
    if (answer === 'stop') return 'stopped';
    const outcomes = answer === 'cancel' ? null : await readBatchOutcomes(store, batch);
    const marks = await prepareMarks(store, batchId);
    // Until it is scored to its end, the scores that count are stored, and the rest stays here.
    const results = await shared.put(db, files.finished().slice(answer === 'cancel' ? -1 : 0));
    if (answer === 'cancel')
      return cancelled(async (trx) => {
        await updateBatch(trx, batchId, { state: 'cancelled' });
        await endScores(trx, store, batchId, marks);
        await leaveResults(trx, batchId);
        await results.note(trx);
      });
    const counts = tally && countsOf(tally, batch, await findScoredBatch(db, batchId), uploadsDir);
    return done(async (trx) => {
      files.publish();
      if (counts) await saveBatchCounts(trx, batchId, counts);
      removeColumnsFile(path);
      if (report) await updateBatch(trx, batchId, { report: report.report() });
      await finish(trx, store, batchId, marks);
      await recordBatchOutcomes(trx, batch, outcomes);
      await results.note(trx);
    });
  } finally {
    files.close();
  }
}

/**
 * The results of the blocks from the checkpoint on. Findings are not stored on the way: where they are wanted, the blocks
 * in front of the checkpoint are checked once more, and come first.
 */
async function* resultsOf(
  { checkpoint, format: { delimiter } }: BatchRecord,
  path: string,
  task: BlockTask,
  openRunner: OpenRunner,
  sharing: Sharing | undefined,
): AsyncGenerator<BlockResult> {
  const from = checkpoint?.position ?? fileStart;
  if (task.isCheck && checkpoint)
    yield* workedOn(openRunner({ ...task, scoring: null }, from.offset), (runner) =>
      blocksBefore(from, readBlocks(path, delimiter, fileStart, runner)),
    );
  const { size } = statSync(path);
  const blocksFor = (runner: BlockRunner<BlockResult>): Iterable<RawBlock> => {
    const checked = task.isCheck ? null : readCheckedBlocks(path, task.source, from, runner.spare);
    return checked ?? readBlocks(path, delimiter, from, runner);
  };
  const isShared = size - from.offset >= fewestSharedBytes;
  yield* workedOn(openRunner(task, size), blocksFor, isShared ? sharing : undefined);
}

async function* workedOn(
  runner: BlockRunner<BlockResult>,
  blocksFor: (runner: BlockRunner<BlockResult>) => Iterable<RawBlock>,
  sharing?: Sharing,
): AsyncGenerator<BlockResult> {
  try {
    const blocks = blocksFor(runner);
    yield* sharing ? inOrderShared(blocks, runner, sharing) : inOrder(blocks, runner);
  } finally {
    // What its threads hold is needed for the marks.
    await runner.close();
  }
}

/** Of all rows: those in front of the checkpoint of a run that was resumed are counted from what is stored. */
function countsOf(
  tally: NonNullable<ReturnType<typeof openFileTally>>,
  { checkpoint, scoreRows }: BatchRecord,
  scored: ScoredBatch | undefined,
  folder: string,
): BatchCounts | null {
  if (scored === undefined) return null;
  if (checkpoint !== null && scoreRows > 0)
    withScoresOf({ folder }, scored, (file) => {
      tally.addRowsBefore(file, scoreRows);
    });
  return tally.counts();
}

/** What has been appended to the files since the last checkpoint. */
function createProgress(batch: BatchRecord, files: ResultFiles, machine: string | undefined) {
  let position = batch.checkpoint?.position ?? fileStart;
  let seen = batch.scoredCount + batch.rejectedCount;
  let scoreRows = batch.checkpoint ? batch.scoreRows : 0;
  let counts = noCounts;
  // The first block is stored at once: whoever waits sees that it goes on.
  let since = -Infinity;
  return {
    /** Appends a result to the files; one that was only checked is in them. */
    add: ({ rejected, scored, rowCount, rejectedCount, after }: BlockResult): void => {
      if (scored === null) return;
      files.append(scored.lines, rejected, scored.group);
      counts = sumOf(counts, scored.counts);
      position = after;
      seen += rowCount + rejectedCount;
      scoreRows += rowCount;
    },
    store: async (trx: Db): Promise<void> => {
      const { scoredBytes, rejectedBytes, scoreBytes } = files.sizes();
      const checkpoint: Checkpoint = { position, scoredBytes, rejectedBytes, ...(machine && { machine }) };
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
  const { scoredCount, isSample } = await getBatch(trx, batchId);
  const failed = scoredCount === 0;
  await endScores(trx, store, batchId, marks);
  await updateBatch(trx, batchId, {
    state: failed ? 'failed' : 'done',
    error: failed ? 'No row could be read. The rejected rows have the reasons.' : null,
    finishedAt: await isoTimeOf(trx),
  });
  await challengeLater(trx, batchId);
  if (failed) return;
  await writeAfterScoring(trx, batchId);
  if (!isSample) await checkAlertsLater(trx);
}

function* blocksBefore({ offset }: CsvPosition, blocks: Iterable<RawBlock>): Generator<RawBlock> {
  for (const block of blocks) {
    if (block.offset >= offset) return;
    yield block;
  }
}
