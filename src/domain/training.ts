/** From a table to a stored, evaluated model. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTransaction } from '../db.ts';
import type { Db } from '../db.ts';
import type { Family } from '../ml/estimators.ts';
import { trainModel } from '../ml/model.ts';
import type { Model } from '../ml/model.ts';
import { projectRoot } from '../paths.ts';
import { insertModel } from '../store/models.ts';
import { writeModelFile } from './model-files.ts';
import { prepareTraining } from './training-table.ts';
import type { TrainingTable } from './training-table.ts';

export type OnProgress = (stage: string, done: number, total: number) => void;

export interface TrainingPlan {
  readonly name: string;
  readonly datasetName: string;
  readonly datasetId: number | null;
  readonly families: readonly Family[];
  /** Only these columns, named as a file of their own names them; null: every feature of the table. */
  readonly only: readonly string[] | null;
  /** Never these. */
  readonly drop?: readonly string[];
  readonly seed: number;
  readonly isSample: boolean;
}

const softwareVersion = (
  JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string }
).version;

/** Trains on every feature of the table, or on some of them. @throws Unprocessable as prepareTraining */
export function trainOnTable(table: TrainingTable, plan: TrainingPlan, onProgress: OnProgress): Model {
  const { data, ...prepared } = prepareTraining(table, plan.only, plan.drop);
  return trainModel({
    ...prepared,
    table: data,
    families: plan.families,
    folds: 5,
    seed: plan.seed,
    datasetName: plan.datasetName,
    datasetHash: table.sha256,
    softwareVersion,
    now: () => performance.timeOrigin + performance.now(),
    onProgress,
  });
}

/** Writes the model's file, then its row: a crash between them leaves a file that nothing names, never the reverse. */
export async function storeModel(
  db: Db,
  modelsDir: string,
  model: Model,
  plan: TrainingPlan,
): Promise<number> {
  const file = `${createHash('sha256').update(`${plan.name}\0${model.provenance.trainedAt}`).digest('hex').slice(0, 24)}.holdfast`;
  const sha256 = await writeModelFile(modelsDir, file, model);
  return inTransaction(db, (trx) =>
    insertModel(trx, {
      name: plan.name,
      family: model.estimator.family,
      file,
      sha256,
      schema: model.schema,
      threshold: model.threshold,
      evaluation: model.evaluation,
      importance: model.importance,
      provenance: model.provenance,
      datasetId: plan.datasetId,
      isSample: plan.isSample,
    }),
  );
}
