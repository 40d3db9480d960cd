/**
 * Counts of a file that was scored before files were counted, from its score file. Where its model does not say what it learned from,
 * the dataset does, if it is still there as it was.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { addRow, createRowBatch, toTable } from '../../ml/data/row-reader.ts';
import { usualPolicy } from '../../ml/data/schema.ts';
import type { Feature } from '../../ml/data/schema.ts';
import type { Table } from '../../ml/data/table.ts';
import { scoreModel } from '../../ml/model/model.ts';
import type { Model } from '../../ml/model/model.ts';
import { describeRows } from '../../ml/monitoring/reference.ts';
import type { Reference } from '../../ml/monitoring/reference.ts';
import type { BatchCounts } from '../../store/batch-count-documents.ts';
import { findDataset } from '../../store/datasets.ts';
import { findModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { findScoredBatch, withScoresOf } from '../../store/score-files/store.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { foldName } from '../csv/column-names.ts';
import { readTakenCsv } from '../csv/whole.ts';
import type { WholeCsv } from '../csv/whole.ts';
import { readModelFile } from '../models/files.ts';
import { openFileTally } from './file-tally.ts';

export type Folders = Pick<Config, 'dataDir' | 'modelsDir'>;

/** Of a larger dataset so many are taken evenly. */
const mostRows = 20_000;

/** Null: there are no scores, or nothing says what the model learned from. */
export async function countStoredFile(
  store: ScoreStore,
  folders: Folders,
  batchId: number,
): Promise<BatchCounts | null> {
  const batch = await findScoredBatch(store.db, batchId);
  const record = batch?.modelId == null ? undefined : await findModel(store.db, batch.modelId);
  if (batch === undefined || record === undefined) return null;
  const tally = await openTallyOf(store, folders, record);
  if (tally === null) return null;
  withScoresOf(store, batch, (file) => {
    tally.addRowsBefore(file, file.rowCount);
  });
  return tally.counts();
}

/** Null: nothing says what the model learned from. */
export async function openTallyOf(store: Pick<ScoreStore, 'db'>, folders: Folders, record: ModelRecord) {
  const model = await readModelFile(folders.modelsDir, record);
  const reference = model.reference ?? (await readReference(store, folders, record, model));
  return reference && openFileTally({ reference, schema: model.schema });
}

async function readReference(
  { db }: Pick<ScoreStore, 'db'>,
  { dataDir }: Folders,
  { datasetId, provenance }: ModelRecord,
  model: Model,
): Promise<Reference | null> {
  const dataset = datasetId === null ? undefined : await findDataset(db, datasetId);
  if (dataset?.sha256 !== provenance.datasetHash) return null;
  const path = join(dataDir, dataset.file);
  if (!existsSync(path)) return null;
  const table = tableOf(await readTakenCsv(path, mostRows), model.schema.features);
  const { features } = model.schema;
  return table && describeRows({ features, table, heldOut: table, score: (rows) => scoreModel(model, rows) });
}

/** Null: it does not have the columns of the model. */
function tableOf({ header, cells, decimal }: WholeCsv, features: readonly Feature[]): Table | null {
  const names = header.map(foldName);
  const places = features.map(({ name }) => names.indexOf(foldName(name)));
  const rowCount = cells[0]?.length ?? 0;
  if (places.includes(-1) || rowCount === 0) return null;
  // Values are counted as they are: what a policy puts in their place says nothing of them.
  const asRead = features.map((feature) => ({ ...feature, policy: usualPolicy }));
  const rows = createRowBatch(asRead, rowCount);
  for (let row = 0; row < rowCount; row++)
    addRow(
      rows,
      places.map((place) => cells[place]![row]!),
      decimal,
    );
  return rows.rowCount === 0 ? null : toTable(rows);
}
