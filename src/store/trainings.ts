import { z } from 'zod';
import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { NotFound } from '../errors.ts';
import { readJson } from './json.ts';
import type { Stored } from './json.ts';

/** The domain knows the options. */
const Plan = z.looseObject({});

/** Empty before the first step. */
const Progress = z
  .object({ stage: z.string(), done: z.number(), total: z.number(), best: z.string().nullable() })
  .partial();
type Progress = Stored<z.infer<typeof Progress>>;

export const trainingStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;
export type TrainingState = (typeof trainingStates)[number];

export interface TrainingRecord {
  readonly id: number;
  readonly datasetId: number;
  readonly name: string;
  /** JSON: domain's TrainingOptions. */
  readonly plan: unknown;
  readonly state: TrainingState;
  readonly progress: Progress;
  readonly modelId: number | null;
  readonly error: string | null;
  readonly createdBy: number | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

interface TrainingRow {
  id: number;
  dataset_id: number;
  name: string;
  plan: string;
  state: TrainingState;
  progress: string;
  model_id: number | null;
  error: string | null;
  created_by: number | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export async function insertTraining(
  db: Db,
  training: Pick<TrainingRecord, 'datasetId' | 'name' | 'plan' | 'createdBy'>,
): Promise<number> {
  const [row] = await db<TrainingRow>('trainings')
    .insert({
      dataset_id: training.datasetId,
      name: training.name,
      plan: JSON.stringify(training.plan),
      state: 'queued',
      created_by: training.createdBy,
      created_at: await isoTimeOf(db),
    })
    .returning('id');
  return row!.id;
}

/** @throws NotFound */
export async function getTraining(db: Db, id: number): Promise<TrainingRecord> {
  const row = await db<TrainingRow>('trainings').where({ id }).first();
  if (!row) throw new NotFound('training');
  return toTraining(row);
}

/** Newest first. */
export async function listTrainings(db: Db, limit: number, before = Infinity): Promise<TrainingRecord[]> {
  const query = db<TrainingRow>('trainings').orderBy('id', 'desc').limit(limit);
  const rows = await (before === Infinity ? query : query.where('id', '<', before));
  return rows.map(toTraining);
}

/** Newest first. */
export async function listTrainingsOf(db: Db, datasetId: number): Promise<TrainingRecord[]> {
  const rows = await db<TrainingRow>('trainings').where({ dataset_id: datasetId }).orderBy('id', 'desc');
  return rows.map(toTraining);
}

/** Moves on from one of the states in `from`; false when it was in none of them. */
export async function moveTraining(
  db: Db,
  id: number,
  { from, to: state }: { readonly from: readonly TrainingState[]; readonly to: TrainingState },
  change: { readonly modelId?: number; readonly error?: string | null } = {},
): Promise<boolean> {
  const at = await isoTimeOf(db);
  const times =
    state === 'running'
      ? { started_at: at }
      : state === 'queued'
        ? { finished_at: null }
        : { finished_at: at };
  const moved = await db('trainings')
    .where({ id })
    .whereIn('state', from)
    .update({
      state,
      ...times,
      ...('modelId' in change ? { model_id: change.modelId } : {}),
      ...('error' in change ? { error: change.error } : {}),
    });
  return moved === 1;
}

export async function saveTrainingProgress(db: Db, id: number, progress: Progress): Promise<void> {
  await db('trainings')
    .where({ id })
    .update({ progress: JSON.stringify(progress) });
}

export async function deleteTrainingsOf(db: Db, datasetId: number): Promise<void> {
  await db('trainings').where({ dataset_id: datasetId }).delete();
}

function toTraining(row: TrainingRow): TrainingRecord {
  return {
    id: row.id,
    datasetId: row.dataset_id,
    name: row.name,
    plan: readJson(Plan, row.plan, `plan of training run ${row.id}`),
    state: row.state,
    progress: readJson(Progress, row.progress, `progress of training run ${row.id}`),
    modelId: row.model_id,
    error: row.error,
    createdBy: row.created_by,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}
