/** A file from another program: received and scored with the active model without a question to a person, or refused whole. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict, Unprocessable } from '../../errors.ts';
import { getBatch } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { findActiveModel } from '../../store/models.ts';
import { listRememberedNames } from '../../store/remembered-names.ts';
import type { CsvIntake } from '../csv/intake.ts';
import { checkAndScoreLater, prepareBatch } from './batches.ts';
import type { BatchPlan, ReceivedFile, UploadEnv } from './batches.ts';
import { removeFiles } from './files.ts';
import { guessMapping } from './mapping.ts';

/**
 * Queues the scoring of a file whose columns all match.
 * @throws Unprocessable naming each column of the model that the file lacks, Conflict while no model is active; the file is
 *   then deleted
 */
export async function receiveWithoutQuestions(
  { user, ...store }: UploadEnv,
  received: ReceivedFile,
  takeIn: (path: string) => Promise<CsvIntake>,
): Promise<BatchRecord> {
  try {
    const register = await prepareBatch(store, received, takeIn);
    return await inTransaction(store.db, async (trx) => {
      const batch = await register(trx, user.id);
      await checkAndScoreLater(trx, user, batch.id, await planFor(trx, batch));
      return getBatch(trx, batch.id);
    });
  } catch (error) {
    await removeFiles(store.uploadsDir, received.file);
    throw error;
  }
}

async function planFor(trx: Db, { header, format }: BatchRecord): Promise<BatchPlan> {
  const model = await findActiveModel(trx);
  if (!model) throw new Conflict('No model is active. Activate one first.');
  if (format.sheet && format.sheet.names.length > 1)
    throw refused(['The workbook has several sheets. Send the one with the customers as a CSV file.']);
  const mapping = guessMapping(model.schema, header, await listRememberedNames(trx));
  const missing = model.schema.features.filter((_feature, j) => (mapping.features[j] ?? null) === null);
  if (missing.length > 0) throw refused(missing.map(({ name }) => `The file has no column ${name}.`));
  return { model, mapping };
}

function refused(messages: readonly string[]): Unprocessable {
  return new Unprocessable(messages.map((message) => ({ field: 'file', message })));
}
