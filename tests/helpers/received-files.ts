/** Files that were uploaded, without the pages: received only, or with their scoring queued. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../../src/context.ts';
import { inTransaction } from '../../src/db.ts';
import { startScoring } from '../../src/domain/batches/batches.ts';
import type { BatchPlan } from '../../src/domain/batches/batches.ts';
import { guessMapping } from '../../src/domain/batches/mapping.ts';
import { takeInCsv } from '../../src/domain/csv/intake.ts';
import { insertBatch } from '../../src/store/batches.ts';
import { listOpenJobs } from '../../src/store/jobs.ts';
import { findActiveModel } from '../../src/store/models.ts';

/** A batch whose file lies in the uploads folder already, and how the active model would score it. */
export async function takeIn(
  { db, config }: Context,
  file: string,
): Promise<{ batchId: number; plan: BatchPlan }> {
  const intake = await takeInCsv(join(config.uploadsDir, file));
  const model = (await findActiveModel(db))!;
  const upload = { ...intake, userId: null, originalName: 'a.csv', file, isSample: false };
  const batchId = await insertBatch(db, upload);
  return { batchId, plan: { model, mapping: guessMapping(model.schema, intake.header) } };
}

export async function receiveFile(
  context: Context,
  csv: string,
  file = 'upload-of-a-test',
): Promise<{ batchId: number; plan: BatchPlan }> {
  writeFileSync(join(context.config.uploadsDir, file), csv);
  return takeIn(context, file);
}

export async function queueScoring(
  context: Context,
  csv: string,
  file?: string,
): Promise<{ batchId: number; jobId: number }> {
  const { db } = context;
  const { batchId, plan } = await receiveFile(context, csv, file);
  await inTransaction(db, (trx) => startScoring(trx, null, batchId, plan));
  return { batchId, jobId: (await listOpenJobs(db)).at(-1)!.id };
}
