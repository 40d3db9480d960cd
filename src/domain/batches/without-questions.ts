/** A file from another program: received and scored with the active model without a question to a person, or refused whole. */
import type { Db } from '../../db.ts';
import { Conflict, Unprocessable } from '../../errors.ts';
import type { BatchRecord } from '../../store/batches.ts';
import type { CsvIntake } from '../csv/intake.ts';
import { checkAndScoreLater, receiveBatch } from './batches.ts';
import type { BatchPlan, ReceivedFile, UploadEnv } from './batches.ts';
import { guessForActiveModel } from './matching.ts';

/**
 * Queues the scoring of a file whose columns all match.
 * @throws Unprocessable naming each column of the model that the file lacks, Conflict while no model is active; the file is
 *   then deleted
 */
export function receiveWithoutQuestions(
  env: UploadEnv,
  received: ReceivedFile,
  takeIn: (path: string) => Promise<CsvIntake>,
): Promise<BatchRecord> {
  return receiveBatch(env, received, takeIn, async (trx, batch) => {
    await checkAndScoreLater(trx, env.user, batch.id, await planFor(trx, batch));
  });
}

async function planFor(trx: Db, batch: BatchRecord): Promise<BatchPlan> {
  const plan = await guessForActiveModel(trx, batch);
  if (!plan) throw new Conflict('No model is active. Activate one first.');
  const { sheet } = batch.format;
  if (sheet && sheet.names.length > 1)
    throw refused(['The workbook has several sheets. Send the one with the customers as a CSV file.']);
  const { features } = plan.mapping;
  const missing = plan.model.schema.features.filter((_feature, j) => (features[j] ?? null) === null);
  if (missing.length > 0) throw refused(missing.map(({ name }) => `The file has no column ${name}.`));
  return plan;
}

function refused(messages: readonly string[]): Unprocessable {
  return new Unprocessable(messages.map((message) => ({ field: 'file', message })));
}
