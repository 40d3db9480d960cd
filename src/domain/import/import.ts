/** Importing a model of another program: it is read, matched with a dataset, measured on it, and registered as a candidate. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict, Unprocessable } from '../../errors.ts';
import { measuredModel } from '../../ml/model/outside.ts';
import type { Label } from '../../ml/data/schema.ts';
import type { Model, Provenance } from '../../ml/model/model.ts';
import { recordEvent } from '../../store/audit.ts';
import { openFiles } from '../../store/files/open-files.ts';
import { getDataset } from '../../store/datasets.ts';
import type { Dataset } from '../../store/datasets.ts';
import { getModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { softwareVersion } from '../../software-version.ts';
import { readLabel } from '../datasets/labels/definition.ts';
import { readDatasetTable } from '../training/dataset-table.ts';
import { storeModel } from '../training/fit.ts';
import { freshSeed } from '../training/options.ts';
import { detailsOf } from '../training/queue.ts';
import { prepareTraining } from '../training/table.ts';
import { convert } from './convert.ts';
import { readOnnx } from './onnx/read.ts';
import { unusable, type OutsideModel } from './outside-model.ts';
import { readXgboost } from './xgboost.ts';

export interface OutsideImport {
  readonly datasetId: number;
  /** The model may have learned from rows of the dataset. */
  readonly mayHaveSeen: boolean;
}

/** Reading and checking take several times as much memory. */
const mostBytes = 64 * 1024 * 1024;

/** Call before `measureOutside`, which runs where nothing can be fetched. @throws NotFound without such a dataset; FilesUnavailable */
export async function bringDataset(db: Db, config: Config, datasetId: number): Promise<void> {
  const { file } = await getDataset(db, datasetId);
  await openFiles(config).bring(db, [join(config.dataDir, file)]);
}

/**
 * Reads the file at `path` and measures the model on the dataset; stores nothing.
 * @throws AppError 422 that says what is wrong with the file or does not fit the dataset
 */
export async function measureOutside(
  db: Db,
  dataDir: string,
  path: string,
  { datasetId, mayHaveSeen }: OutsideImport,
): Promise<Model> {
  if ((await stat(path)).size > mostBytes)
    throw unusable('The file is too large: at most 64 MB can be imported.');
  const dataset = await getDataset(db, datasetId);
  const table = await readDatasetTable(join(dataDir, dataset.file), dataset.columns, labelOf(dataset));
  const { data, ...prepared } = prepareTraining(table, null);
  const outside = readOutside(await readFile(path), prepared.label);
  return measuredModel({
    ...prepared,
    table: data,
    details: detailsOf(dataset.columns),
    convert: (features) => convert(outside, features),
    mayHaveSeen,
    seed: freshSeed(),
    provenance: {
      datasetName: dataset.name,
      datasetHash: dataset.sha256,
      params: paramsOf(outside),
      softwareVersion,
    },
    now: () => performance.timeOrigin + performance.now(),
  });
}

/** JSON begins with a brace, which no ONNX file does: it would be a field of a number that there is not. */
function readOutside(bytes: Buffer, label: Label): OutsideModel {
  const isJson = /^\s*[{[]/.test(bytes.toString('latin1', 0, 100));
  return isJson ? readXgboost(bytes.toString('utf8')) : readOnnx(bytes, label);
}

function paramsOf({ origin, sum }: OutsideModel): Provenance['params'] {
  return { importedFrom: origin, ...(sum.kind === 'trees' ? { trees: sum.trees.length } : {}) };
}

/** Registers a measured model as a candidate. `userId`: null for the command line. */
export async function registerOutside(
  db: Db,
  config: Config,
  model: Model,
  {
    userId,
    name,
    datasetId,
  }: { readonly userId: number | null; readonly name: string; readonly datasetId: number },
): Promise<ModelRecord> {
  const names = { name, datasetId, isSample: false };
  const id = await storeModel(db, config.modelsDir, model, names, openFiles(config));
  return inTransaction(db, async (trx) => {
    const record = await getModel(trx, id);
    const { importedFrom } = model.provenance.params;
    const after = { importedFrom, unproven: model.evaluation.unproven ?? false };
    await recordEvent(trx, { userId, action: 'model.imported', subject: record.label, after });
    return record;
  });
}

/** What the registry calls it: the name of the file. */
export function nameOfFile(file: string): string {
  return file.replace(/\.[a-z]+$/i, '').slice(0, 200) || 'Imported model';
}

/** @throws Conflict while it is read; Unprocessable without a churn label */
function labelOf({ state, label }: Dataset) {
  if (state !== 'ready') throw new Conflict('This dataset is still being read. Try again in a moment.');
  const definition = readLabel(label);
  if (definition !== null) return definition;
  throw new Unprocessable([
    {
      field: 'dataset',
      message: 'The dataset has no churn label. Choose one before you measure a model on it.',
    },
  ]);
}
