/**
 * The notes on the scores of a batch, for a download. They are not stored: they are read again from the rows of the upload
 * or, where that is gone, from the stored inputs.
 */
import { join } from 'node:path';
import type { Schema } from '../../ml/data/schema.ts';
import { clearRows } from '../../ml/data/row-reader.ts';
import type { DecimalSign } from '../../ml/data/values.ts';
import { findBatch } from '../../store/batches.ts';
import { findModel } from '../../store/models.ts';
import { textAt } from '../../store/score-files/encoding.ts';
import type { GroupView } from '../../store/score-files/group-view.ts';
import { inputsOf } from '../../store/score-files/inputs.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { openUploadRows } from '../batches/upload-rows.ts';
import { cellsOf } from './customer-cells.ts';
import { createCustomerReader, readCustomer } from './customer-reading.ts';
import type { RawCustomer } from './customer-reading.ts';
import { noteTexts } from './explanations.ts';

export interface BatchNotes {
  /** On the score in this row of a group. */
  readonly of: (view: GroupView, row: number) => readonly string[];
  readonly close: () => void;
}

/** The caller closes it. */
export async function openNotes(store: ScoreStore, batchId: number): Promise<BatchNotes> {
  const batch = await findBatch(store.db, batchId);
  const model = batch?.modelId == null ? undefined : await findModel(store.db, batch.modelId);
  if (!batch || !model) return { of: () => [], close: () => undefined };
  const { schema } = model;
  if (batch.notedCount > 0) await store.files?.bring(store.db, [join(store.folder, batch.file)]);
  const upload = openUploadRows(store.folder, batch);
  const ofUploaded = createNoteReader(schema, batch.format.decimal);
  const ofStored = createNoteReader(schema, '.');
  return {
    of: (view, row) => {
      const uploaded = upload?.read({
        offset: view.column('offsets')[row]!,
        length: view.column('lengths')[row]!,
        customerId: textAt(view.identifiers(), row) || null,
      });
      return uploaded ? ofUploaded(uploaded) : ofStored({ cells: cellsOf(schema, inputsOf(view, row)) });
    },
    close: () => upload?.close(),
  };
}

/** The notes on a customer, as the scoring function gives them. */
function createNoteReader(schema: Schema, decimal: DecimalSign): (customer: RawCustomer) => string[] {
  const reader = createCustomerReader(schema);
  return (customer) => {
    clearRows(reader.batch);
    return noteTexts(customer.renamed, readCustomer(reader, customer, decimal).notes);
  };
}
