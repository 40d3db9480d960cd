/** The check of a whole file before anything is scored: rows that are ready, have a note, or are rejected. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Db } from '../../db.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { updateBatch } from '../../store/batches.ts';
import { getModel } from '../../store/models.ts';
import { fileStart } from '../csv/reader.ts';
import { cancelled, done } from '../jobs/steps.ts';
import type { JobOutcome, JobSteps } from '../jobs/steps.ts';
import type { BlockTask } from './blocks/block-work.ts';
import { readBlocks } from './blocks/cut.ts';
import { inOrder, runHere } from './blocks/runner.ts';
import type { OpenRunner } from './blocks/runner.ts';
import { createCheckReport } from './findings.ts';
import { mappingOf } from './mapping.ts';
import { createRejectsFile } from './rejects.ts';

export interface CheckEnv {
  readonly uploadsDir: string;
  /** Without it, blocks are checked in this thread. */
  readonly openRunner?: OpenRunner;
}

/** Reads every row as scoring does, stores the report with the batch and writes rejected rows to a file. */
export async function checkBatch(
  db: Db,
  { uploadsDir, openRunner = runHere }: CheckEnv,
  batch: BatchRecord,
  steps: JobSteps,
): Promise<JobOutcome> {
  const path = join(uploadsDir, batch.file);
  const { format, header, rowCount } = batch;
  const { schema } = await getModel(db, batch.modelId ?? 0);
  const source = { schema, mapping: mappingOf(batch), format, columnCount: header.length };
  const task: BlockTask = { source, scoring: null, isCheck: true };
  const report = createCheckReport(rowCount);
  const rejects = createRejectsFile(uploadsDir, batch);
  const runner = openRunner(task, statSync(path).size);
  try {
    for await (const { findings, rejected } of inOrder(
      readBlocks(path, format.delimiter, fileStart, runner),
      runner,
    )) {
      report.add(findings!);
      rejects.append(rejected);
      const answer = await steps.step(report.count(), rowCount);
      if (answer === 'stop') return 'stopped';
      if (answer === 'cancel') return cancelled((trx) => updateBatch(trx, batch.id, { state: 'cancelled' }));
    }
    rejects.complete();
  } finally {
    await runner.close();
    rejects.close();
  }
  return done(async (trx) => {
    rejects.publish();
    await updateBatch(trx, batch.id, { report: report.report(), state: 'checked' });
  });
}
