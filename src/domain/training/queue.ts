/** Training runs: queued, fitted in a thread of their own, stored as models, cancelled, restarted. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict, Unprocessable } from '../../errors.ts';
import type { FitStep, OnStep } from '../../ml/estimator.ts';
import type { Feature } from '../../ml/data/schema.ts';
import { oneThread } from '../../ml/parallel/threads.ts';
import type { Threads } from '../../ml/parallel/threads.ts';
import { recordEvent } from '../../store/audit.ts';
import { getDataset } from '../../store/datasets.ts';
import type { DatasetColumn } from '../../store/datasets.ts';
import { requestCancel } from '../../store/job-cancellation.ts';
import { enqueueJob, listOpenJobs } from '../../store/jobs.ts';
import type { Job } from '../../store/jobs.ts';
import { insertModel } from '../../store/models.ts';
import { getTraining, insertTraining, moveTraining } from '../../store/trainings.ts';
import type { TrainingRecord } from '../../store/trainings.ts';
import type { User } from '../people/accounts.ts';
import { readAllRows } from './all-rows/all-rows.ts';
import type { MemoryLimit } from './all-rows/memory.ts';
import { maxTrainingRows, readDatasetTable } from './dataset-table.ts';
import { readLabel } from '../datasets/labels/definition.ts';
import type { LabelDefinition } from '../datasets/labels/definition.ts';
import { removeModelFile, writeModelFile } from '../models/files.ts';
import { runAsChallenger } from '../models/registry.ts';
import { recordOf, summaryOf, trainOnRows } from './fit.ts';
import type { ModelSummary, TrainingRows } from './fit.ts';
import { TrainingOptions } from './options.ts';
import { prepareTraining } from './table.ts';

/** Everything a fit needs, as plain data: it goes to another thread. */
export interface TrainingOrder {
  readonly name: string;
  readonly datasetName: string;
  readonly path: string;
  readonly rowCount: number;
  /** Of the uploaded file. */
  readonly sha256: string;
  readonly columns: readonly DatasetColumn[];
  readonly label: LabelDefinition;
  readonly options: TrainingOptions;
}

export type TrainingProgress = FitStep;

export interface TrainingResult {
  /** In the models folder. */
  readonly file: string;
  readonly sha256: string;
  readonly model: ModelSummary;
}

export interface TrainingRequest {
  readonly datasetId: number;
  readonly name: string;
  readonly options: TrainingOptions;
}

/** @throws Unprocessable when the dataset has no churn label yet. */
export async function queueTraining(
  db: Db,
  user: { readonly id: number | null },
  request: TrainingRequest,
): Promise<number> {
  const { datasetId, name, options } = request;
  return inTransaction(db, async (trx) => {
    const dataset = await getDataset(trx, datasetId);
    if (dataset.state !== 'ready')
      throw new Conflict('This dataset is still being read. Try again in a moment.');
    if (readLabel(dataset.label) === null) throw missingLabel();
    const id = await insertTraining(trx, { datasetId, name, plan: options, createdBy: user.id });
    await enqueue(trx, user, id, name);
    await recordEvent(trx, {
      userId: user.id,
      action: 'training.started',
      subject: name,
      after: { dataset: dataset.name, trainingTime: options.trainingTime, families: options.families },
    });
    return id;
  });
}

function missingLabel(): Unprocessable {
  return new Unprocessable([
    { field: 'label', message: 'The dataset has no churn label. Choose one before you start training.' },
  ]);
}

/** What to fit; null when the run has been cancelled. */
export async function beginTraining(db: Db, config: Config, id: number): Promise<TrainingOrder | null> {
  const training = await getTraining(db, id);
  // 'running': its process ended. The run starts again and, with its seed, gives the same model.
  const isOpen = await inTransaction(db, (trx) =>
    moveTraining(trx, id, { from: ['queued', 'running'], to: 'running' }),
  );
  if (!isOpen) return null;
  const dataset = await getDataset(db, training.datasetId);
  const label = readLabel(dataset.label);
  if (label === null) throw missingLabel();
  return {
    name: training.name,
    datasetName: dataset.name,
    path: join(config.dataDir, dataset.file),
    rowCount: dataset.rowCount,
    sha256: dataset.sha256,
    columns: dataset.columns,
    label,
    options: TrainingOptions.parse(training.plan),
  };
}

/** What surrounds a training in its thread. */
export interface FitSurroundings {
  readonly modelsDir: string;
  readonly trainingMemoryMb: number;
  readonly onProgress: OnStep;
  readonly threads?: Threads;
}

/** Runs in the fitting thread. Writes the model's file; `completeTraining` registers it. */
export async function fitTraining(
  order: TrainingOrder,
  { modelsDir, trainingMemoryMb, onProgress, threads = oneThread }: FitSurroundings,
): Promise<TrainingResult> {
  const memory = { megabytes: trainingMemoryMb, threads: threads.count };
  const rows = await readTrainingRows(order, memory, onProgress);
  const plan = { ...order, details: detailsOf(order.columns) };
  const model = trainOnRows(rows, plan, { onStep: onProgress, threads });
  const file = `${randomUUID()}.holdfast`;
  const sha256 = await writeModelFile(modelsDir, file, model);
  return { file, sha256, model: summaryOf(model) };
}

/** The model records the uploaded file, not the CSV that was made of it. */
async function readTrainingRows(
  order: TrainingOrder,
  memory: MemoryLimit,
  onProgress: OnStep,
): Promise<TrainingRows> {
  const { path, columns, label, options, sha256 } = order;
  onProgress({ stage: 'Reading the data', done: 0, total: 0, best: null });
  if (order.rowCount <= maxTrainingRows) {
    const table = await readDatasetTable(path, columns, label);
    return { ...prepareTraining(table, null, options.drop), sha256 };
  }
  const source = { path, columns, label, options, firstLine: 'names', memory } as const;
  return { ...(await readAllRows(source, onProgress)), sha256 };
}

/** What an analyst confirmed about a column, as far as scoring and forms need it. */
export function detailsOf(columns: readonly DatasetColumn[]): Map<string, Partial<Feature>> {
  return new Map(
    columns.map(({ name, title, unit, actionable, allowed, policy }) => [
      name,
      {
        ...(title === undefined ? {} : { title }),
        ...(unit === undefined ? {} : { unit }),
        ...(actionable === undefined ? {} : { actionable }),
        ...(allowed === undefined ? {} : { allowed }),
        ...(policy === undefined ? {} : { policy }),
      },
    ]),
  );
}

/**
 * Registers the fitted model as a candidate; the active model stays active. Call in the transaction that ends the
 * job. False: it was stopped meanwhile, and its file is gone.
 */
export async function completeTraining(
  trx: Db,
  config: Config,
  id: number,
  result: TrainingResult,
): Promise<boolean> {
  const training = await getTraining(trx, id);
  if (training.state !== 'running') {
    await removeModelFile(config.modelsDir, result.file);
    return false;
  }
  const modelId = await insertModel(trx, {
    ...recordOf(result.model, { name: training.name, datasetId: training.datasetId, isSample: false }),
    file: result.file,
    sha256: result.sha256,
  });
  await moveTraining(trx, id, { from: ['running'], to: 'done' }, { modelId, error: null });
  if (TrainingOptions.parse(training.plan).isChallenger)
    await runAsChallenger(trx, training.createdBy, modelId);
  await recordEvent(trx, {
    userId: training.createdBy,
    action: 'training.finished',
    subject: training.name,
    after: { model: modelId, rocAuc: result.model.evaluation.holdout.rocAuc },
  });
  return true;
}

export async function stopTraining(
  db: Db,
  id: number,
  state: 'cancelled' | 'failed',
  error: string | null,
): Promise<void> {
  await moveTraining(db, id, { from: ['queued', 'running'], to: state }, { error });
}

/** A queued run ends at once, a running one within moments. */
export async function cancelTraining(db: Db, user: User, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const training = await getTraining(trx, id);
    const job = await findTrainingJob(trx, id);
    if (!job) return;
    if (await requestCancel(trx, job.id)) await stopTraining(trx, id, 'cancelled', null);
    await recordEvent(trx, { userId: user.id, action: 'training.cancelled', subject: training.name });
  });
}

/** Queues a cancelled or failed run again, with the same options. */
export async function restartTraining(db: Db, user: User, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const training = await getTraining(trx, id);
    if (!(await moveTraining(trx, id, { from: ['cancelled', 'failed'], to: 'queued' }, { error: null })))
      return;
    await enqueue(trx, user, id, training.name);
  });
}

/** The run's queued or running job. */
export async function findTrainingJob(db: Db, trainingId: number): Promise<Job | undefined> {
  return (await listOpenJobs(db)).find((job) => job.payload['trainingId'] === trainingId);
}

/** Queued runs that start before this one; −1 when it is not queued. */
export async function countRunsAhead(db: Db, training: TrainingRecord): Promise<number> {
  const jobs = (await listOpenJobs(db)).filter(
    ({ kind, state }) => kind === 'train-model' && state === 'queued',
  );
  return jobs.findIndex((job) => job.payload['trainingId'] === training.id);
}

async function enqueue(
  trx: Db,
  user: { readonly id: number | null },
  trainingId: number,
  name: string,
): Promise<void> {
  await enqueueJob(trx, {
    kind: 'train-model',
    payload: { trainingId },
    subject: `Train ${name}`,
    createdBy: user.id,
  });
}
