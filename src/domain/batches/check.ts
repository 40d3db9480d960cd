/** The check of a whole file before anything is scored: rows that are ready, have a note, or are rejected. */
import { join } from 'node:path';
import type { Db } from '../../db.ts';
import { clearRows } from '../../ml/data/row-reader.ts';
import type { Schema } from '../../ml/data/schema.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { updateBatch } from '../../store/batches.ts';
import { getModel } from '../../store/models.ts';
import { createFindings } from './findings.ts';
import { mappingOf } from './mapping.ts';
import { createRejectsFile } from './rejects.ts';
import { customerIdOf, toCustomer, unreadable } from './rows.ts';
import { createCustomerReader, readCustomer } from '../scoring/customer-reading.ts';
import { cancelled, done } from '../jobs/steps.ts';
import type { JobOutcome, JobSteps } from '../jobs/steps.ts';
import { readCsvChunks } from '../csv/reader.ts';
import type { CsvRow } from '../csv/reader.ts';

const rowsPerChunk = 2_000;

/** Reads every row as scoring does, stores the report with the batch and writes rejected rows to a file. */
export async function checkBatch(
  db: Db,
  uploadsDir: string,
  batch: BatchRecord,
  steps: JobSteps,
): Promise<JobOutcome> {
  const { delimiter } = batch.format;
  const { schema } = await getModel(db, batch.modelId ?? 0);
  const findings = createFindings(schema.features);
  const rejects = createRejectsFile(uploadsDir, batch);
  const checkRow = createRowCheck(batch, schema, findings, rejects);
  try {
    const path = join(uploadsDir, batch.file);
    const shape = { delimiter, columnCount: batch.header.length };
    for (const chunk of readCsvChunks(path, shape, rowsPerChunk)) {
      chunk.rows.forEach(checkRow);
      const answer = await steps.step(findings.count(), batch.rowCount);
      if (answer === 'stop') return 'stopped';
      if (answer === 'cancel') return cancelled((trx) => updateBatch(trx, batch.id, { state: 'cancelled' }));
    }
    rejects.flush();
  } finally {
    rejects.close();
  }
  return done(async (trx) => {
    rejects.publish();
    await updateBatch(trx, batch.id, { report: findings.report(), state: 'checked' });
  });
}

function createRowCheck(
  batch: BatchRecord,
  schema: Schema,
  findings: ReturnType<typeof createFindings>,
  rejects: ReturnType<typeof createRejectsFile>,
) {
  const mapping = mappingOf(batch);
  const { decimal } = batch.format;
  const reader = createCustomerReader(schema);
  return (row: CsvRow): void => {
    const { ok, cells } = row.reading;
    clearRows(reader.batch);
    const customer = toCustomer(cells, mapping);
    const { problems, notes } = ok
      ? readCustomer(reader, customer, decimal)
      : { problems: [unreadable(row)], notes: [] };
    if (problems.length > 0) {
      findings.reject(row.rowNumber, problems);
      rejects.add(row, problems);
    } else findings.accept(row.rowNumber, notes, customer.renamings, customerIdOf(cells, mapping));
  };
}
