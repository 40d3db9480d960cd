/** The check of a whole file before anything is scored: rows that are ready, have a note, or are rejected. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Db } from '../../db.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { updateBatch } from '../../store/batches.ts';
import { localFiles } from '../../store/files/files.ts';
import type { Files } from '../../store/files/files.ts';
import { getModel } from '../../store/models.ts';
import { fileStart } from '../csv/reader.ts';
import { cancelled, done } from '../jobs/steps.ts';
import type { JobOutcome, JobSteps } from '../jobs/steps.ts';
import type { BlockSource } from './blocks/block-plan.ts';
import type { BlockResult, BlockTask } from './blocks/block-work.ts';
import { readBlocks } from './blocks/cut.ts';
import { inOrder, runHere } from './blocks/runner.ts';
import type { OpenRunner } from './blocks/runner.ts';
import type { CheckFile } from './check-file.ts';
import { createColumnsFile } from './checked-columns.ts';
import { createCheckReport } from './findings.ts';
import { mappingOf } from './mapping.ts';
import { createRejectsFile } from './rejects.ts';

export interface CheckEnv {
  readonly uploadsDir: string;
  /** The folder alone, unless it is shared. */
  readonly files?: Files;
  /** Without it, blocks are checked in this thread. */
  readonly openRunner?: OpenRunner;
}

/**
 * Reads every row as scoring does, stores the report with the batch, and writes rejected rows to a file, and to another the
 * columns for the scoring.
 */
export async function checkBatch(
  db: Db,
  { uploadsDir, files: shared = localFiles, openRunner = runHere }: CheckEnv,
  batch: BatchRecord,
  steps: JobSteps,
): Promise<JobOutcome> {
  const path = join(uploadsDir, batch.file);
  const { format, header, rowCount } = batch;
  const { schema } = await getModel(db, batch.modelId ?? 0);
  const source = { schema, mapping: mappingOf(batch), format, columnCount: header.length };
  const task: BlockTask = { source, scoring: null, isCheck: true, keepsColumns: true };
  const report = createCheckReport(rowCount);
  const files = openFiles(uploadsDir, batch, source);
  const runner = openRunner(task, statSync(path).size);
  try {
    for await (const result of inOrder(readBlocks(path, format.delimiter, fileStart, runner), runner)) {
      report.add(result.findings!);
      files.append(result);
      const answer = await steps.step(report.count(), rowCount);
      if (answer === 'stop') return 'stopped';
      if (answer === 'cancel') return cancelled((trx) => updateBatch(trx, batch.id, { state: 'cancelled' }));
    }
    files.complete();
  } finally {
    await runner.close();
    files.close();
  }
  const stored = await shared.put(db, [files.rejects]);
  return done(async (trx) => {
    files.publish();
    await updateBatch(trx, batch.id, { report: report.report(), state: 'checked' });
    await stored.note(trx);
  });
}

function openFiles(uploadsDir: string, batch: BatchRecord, source: BlockSource) {
  const rejects = createRejectsFile(uploadsDir, batch);
  let columns: CheckFile;
  try {
    columns = createColumnsFile(join(uploadsDir, batch.file), source);
  } catch (error) {
    rejects.close();
    throw error;
  }
  return {
    /** The columns are for this machine. */
    rejects: rejects.finished,
    append: ({ rejected, columns: chunk }: BlockResult) => {
      rejects.append(rejected);
      columns.append(chunk!);
    },
    complete: () => {
      rejects.complete();
      // What a crash of the machine leaves of it is found to be damaged.
      columns.complete({ sync: false });
    },
    publish: () => {
      rejects.publish();
      columns.publish();
    },
    close: () => {
      rejects.close();
      columns.close();
    },
  };
}
