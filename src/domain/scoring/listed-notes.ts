/**
 * The notes on many scores, for a download. Those on scores of batches are not stored: they are read again from the rows
 * of the uploads or, where one is gone, from the stored inputs.
 */
import type { Schema } from '../../ml/data/schema.ts';
import { clearRows } from '../../ml/data/row-reader.ts';
import type { DecimalSign } from '../../ml/data/values.ts';
import { findBatch } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { findModel } from '../../store/models.ts';
import { getPredictions } from '../../store/prediction-records.ts';
import { getInputs } from '../../store/score-files/inputs.ts';
import type { ListedPrediction } from '../../store/score-files/rows.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { visitIds } from '../../store/score-files/visit-ids.ts';
import { openUploadRows } from '../batches/upload-rows.ts';
import { cellsOf } from './customer-cells.ts';
import { createCustomerReader, readCustomer } from './customer-reading.ts';
import type { RawCustomer } from './customer-reading.ts';
import { noteTexts } from './explanations.ts';

/** By the number of the score; those without notes are left out. */
type NotesById = Map<number, readonly string[]>;

export async function listNotes(
  store: ScoreStore,
  predictions: readonly ListedPrediction[],
): Promise<NotesById> {
  const notes: NotesById = new Map();
  const noted = predictions.filter(({ isNoted }) => isNoted);
  for (const batchId of new Set(noted.map((one) => one.batchId))) {
    const ofBatch = noted.filter((one) => one.batchId === batchId);
    if (batchId === null) await addStored(store, ofBatch, notes);
    else await addOfBatch(store, batchId, ofBatch, notes);
  }
  return notes;
}

async function addStored(
  { db }: ScoreStore,
  predictions: readonly ListedPrediction[],
  notes: NotesById,
): Promise<void> {
  const ids = predictions.map(({ id }) => id);
  for (const { id, notes: stored } of await getPredictions(db, ids)) notes.set(id, stored);
}

async function addOfBatch(
  store: ScoreStore,
  batchId: number,
  predictions: readonly ListedPrediction[],
  notes: NotesById,
): Promise<void> {
  const batch = await findBatch(store.db, batchId);
  const model = batch?.modelId == null ? undefined : await findModel(store.db, batch.modelId);
  if (!batch || !model) return;
  await addFromUpload(store, { batch, schema: model.schema }, predictions, notes);
  const others = predictions.filter(({ id }) => !notes.has(id));
  const inputs = await getInputs(
    store,
    others.map(({ id }) => id),
  );
  const notesOf = createNoteReader(model.schema, '.');
  others.forEach(({ id }, i) => {
    if (inputs[i]) notes.set(id, notesOf({ cells: cellsOf(model.schema, inputs[i]) }));
  });
}

interface ReadBatch {
  readonly batch: BatchRecord;
  readonly schema: Schema;
}

async function addFromUpload(
  store: ScoreStore,
  { batch, schema }: ReadBatch,
  predictions: readonly ListedPrediction[],
  notes: NotesById,
): Promise<void> {
  const upload = openUploadRows(store.folder, batch);
  if (!upload) return;
  const notesOf = createNoteReader(schema, batch.format.decimal);
  const ids = predictions.map(({ id }) => id);
  try {
    await visitIds(store, ids, ({ id, place, view, row }) => {
      const offset = view.column('offsets')[row]!;
      const length = view.column('lengths')[row]!;
      const customer = upload.read({ offset, length, customerId: predictions[place]!.customerId });
      if (customer) notes.set(id, notesOf(customer));
    });
  } finally {
    upload.close();
  }
}

/** The notes on a customer, as the scoring function gives them. */
function createNoteReader(schema: Schema, decimal: DecimalSign): (customer: RawCustomer) => string[] {
  const reader = createCustomerReader(schema);
  return (customer) => {
    clearRows(reader.batch);
    return noteTexts(customer.renamed, readCustomer(reader, customer, decimal).notes);
  };
}
