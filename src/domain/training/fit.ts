/** From a table to a stored, evaluated model. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import type { FitEnvironment, OnStep } from '../../ml/estimator.ts';
import type { Model } from '../../ml/model/model.ts';
import type { Feature } from '../../ml/data/schema.ts';
import { trainModel } from '../../ml/model/training.ts';
import { oneThread } from '../../ml/parallel/threads.ts';
import type { Threads } from '../../ml/parallel/threads.ts';
import { softwareVersion } from '../../software-version.ts';
import { localFiles } from '../../store/files/files.ts';
import type { Files } from '../../store/files/files.ts';
import { insertModel } from '../../store/models.ts';
import { writeModelFile } from '../models/files.ts';
import type { TrainingOptions } from './options.ts';
import { prepareTraining } from './table.ts';
import type { PreparedTraining, TrainingTable } from './table.ts';

export interface TrainingPlan {
  readonly datasetName: string;
  /** Only these columns, named as a file of their own names them; null: every feature of the table. */
  readonly only: readonly string[] | null;
  readonly options: TrainingOptions;
  /** Settings of the columns: title, unit, allowed range, policy. */
  readonly details?: ReadonlyMap<string, Partial<Feature>>;
}

/** What the registry stores of a model besides the results of training. */
export interface NewModelNames {
  readonly name: string;
  readonly datasetId: number | null;
  readonly isSample: boolean;
}

/** Trains on every feature of the table, or on some of them. @throws Unprocessable as prepareTraining */
export function trainOnTable(
  table: TrainingTable,
  plan: TrainingPlan,
  onStep: OnStep,
  threads: Threads = oneThread,
): Model {
  const prepared = prepareTraining(table, plan.only, plan.options.drop);
  return trainOnRows({ ...prepared, sha256: table.sha256 }, plan, { onStep, threads });
}

/** Rows that a training learns from, and the file that they are from. */
export interface TrainingRows extends PreparedTraining {
  readonly sha256: string;
}

/** As `trainOnTable`; which columns the rows have is decided. Large ones are used up (ml/model/training.ts). */
export function trainOnRows(
  { data, sha256, ...prepared }: TrainingRows,
  { options, details, datasetName }: Omit<TrainingPlan, 'only'>,
  environment: FitEnvironment,
): Model {
  return trainModel({
    ...prepared,
    ...environment,
    table: data,
    ...(details ? { details } : {}),
    families: options.families,
    params: withBudget(options),
    imbalance: options.imbalance,
    folds: options.folds,
    seed: options.seed,
    datasetName,
    datasetHash: sha256,
    softwareVersion,
    now: () => performance.timeOrigin + performance.now(),
  });
}

/** Writes the model's file, then its row: a crash between them leaves a file without a row, never a row without a file. */
export async function storeModel(
  db: Db,
  modelsDir: string,
  model: Model,
  names: NewModelNames,
  files: Files = localFiles,
): Promise<number> {
  const file = `${randomUUID()}.holdfast`;
  const sha256 = await writeModelFile(modelsDir, file, model);
  const stored = await files.put(db, [{ path: join(modelsDir, file) }]);
  return inTransaction(db, async (trx) => {
    await stored.note(trx);
    return insertModel(trx, { ...recordOf(summaryOf(model), names), file, sha256 });
  });
}

/** A model without what only scoring needs. */
export type ModelSummary = Omit<Model, 'estimator' | 'calibration'> & { readonly family: string };

export function summaryOf({
  schema,
  estimator,
  threshold,
  evaluation,
  importance,
  provenance,
}: Model): ModelSummary {
  return { family: estimator.family, schema, threshold, evaluation, importance, provenance };
}

/** What the registry stores of a model, its file apart. */
export function recordOf(model: ModelSummary, names: NewModelNames) {
  return { ...names, ...model };
}

function withBudget({ params, budget }: TrainingOptions): TrainingOptions['params'] {
  return { ...params, auto: { ...params.auto, budget } };
}
