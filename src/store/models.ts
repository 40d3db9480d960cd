import type { Db, StoredBoolean } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { NotFound } from '../errors.ts';
import type { Schema } from '../ml/data/schema.ts';
import type { Evaluation, Importance, Provenance } from '../ml/model/model.ts';
import { readJson } from './json.ts';
import { StoredEvaluation, storedImportance, StoredProvenance, StoredSchema } from './model-documents.ts';

export const modelStates = ['candidate', 'active', 'challenger', 'archived'] as const;
export type ModelState = (typeof modelStates)[number];

export interface ModelRecord {
  readonly id: number;
  /** 'v3 Telecom churn'. */
  readonly label: string;
  readonly name: string;
  readonly family: string;
  readonly state: ModelState;
  /** Relative to the models folder. */
  readonly file: string;
  readonly sha256: string;
  readonly schema: Schema;
  readonly threshold: number;
  readonly evaluation: Evaluation;
  readonly importance: readonly Importance[];
  readonly provenance: Provenance;
  readonly datasetId: number | null;
  readonly isSample: boolean;
  readonly createdAt: string;
  readonly activatedAt: string | null;
}

interface ModelRow {
  id: number;
  name: string;
  family: string;
  state: ModelState;
  file: string;
  sha256: string;
  schema: string;
  threshold: number;
  evaluation: string;
  importance: string;
  provenance: string;
  dataset_id: number | null;
  is_sample: StoredBoolean;
  created_at: string;
  activated_at: string | null;
}

export async function findModel(db: Db, id: number): Promise<ModelRecord | undefined> {
  const row = await db<ModelRow>('models').where({ id }).first();
  return row && toModel(row);
}

/** @throws NotFound */
export async function getModel(db: Db, id: number): Promise<ModelRecord> {
  const model = await findModel(db, id);
  if (!model) throw new NotFound('model');
  return model;
}

export async function findActiveModel(db: Db): Promise<ModelRecord | undefined> {
  const row = await db<ModelRow>('models').where({ state: 'active' }).first();
  return row && toModel(row);
}

/** The active one first, then the newest. */
export async function listModels(db: Db): Promise<ModelRecord[]> {
  const rows = await db<ModelRow>('models').whereNot({ state: 'archived' }).orderBy('id', 'desc');
  return rows.map(toModel).sort((a, b) => Number(b.state === 'active') - Number(a.state === 'active'));
}

export async function insertModel(
  db: Db,
  model: Omit<ModelRecord, 'id' | 'label' | 'state' | 'createdAt' | 'activatedAt'>,
): Promise<number> {
  const [row] = await db<ModelRow>('models')
    .insert({
      name: model.name,
      family: model.family,
      state: 'candidate',
      file: model.file,
      sha256: model.sha256,
      schema: JSON.stringify(model.schema),
      threshold: model.threshold,
      evaluation: JSON.stringify(model.evaluation),
      importance: JSON.stringify(model.importance),
      provenance: JSON.stringify(model.provenance),
      dataset_id: model.datasetId,
      is_sample: model.isSample,
      created_at: await isoTimeOf(db),
    })
    .returning('id');
  return row!.id;
}

/** One model is active at a time; the one before becomes a candidate again. */
export async function activateModel(db: Db, id: number): Promise<void> {
  await db('models').where({ state: 'active' }).update({ state: 'candidate' });
  await db('models')
    .where({ id })
    .update({ state: 'active', activated_at: await isoTimeOf(db) });
}

/** The one that is tried beside the active model, if there is one. */
export async function findChallenger(db: Db): Promise<ModelRecord | undefined> {
  const row = await db<ModelRow>('models').where({ state: 'challenger' }).first();
  return row && toModel(row);
}

export async function listArchivedModels(db: Db): Promise<ModelRecord[]> {
  const rows = await db<ModelRow>('models').where({ state: 'archived' }).orderBy('id', 'desc');
  return rows.map(toModel);
}

export async function findModelByHash(db: Db, sha256: string): Promise<ModelRecord | undefined> {
  const row = await db<ModelRow>('models').where({ sha256 }).first();
  return row && toModel(row);
}

export type ModelFile = Pick<ModelRecord, 'id' | 'label' | 'file' | 'sha256'>;

/** Those of models that are not archived: what scores first, then the newest. */
export async function listFilesInUse(db: Db): Promise<ModelFile[]> {
  const rows = await db<ModelRow>('models')
    .whereNot({ state: 'archived' })
    .orderBy('id', 'desc')
    .select('id', 'name', 'file', 'sha256', 'state');
  const rank = { active: 0, challenger: 1, candidate: 2, archived: 3 };
  return rows
    .sort((a, b) => rank[a.state] - rank[b.state])
    .map(({ id, name, file, sha256 }) => ({ id, label: labelOf({ id, name }), file, sha256 }));
}

export async function listModelFiles(db: Db): Promise<string[]> {
  const rows = await db<ModelRow>('models').select('file');
  return rows.map(({ file }) => file);
}

/** Moves a model that is not active; false when it is, or is gone. */
export async function setModelState(
  db: Db,
  id: number,
  state: Exclude<ModelState, 'active'>,
): Promise<boolean> {
  return (await db('models').where({ id }).whereNot({ state: 'active' }).update({ state })) === 1;
}

/** From which probability on its scores say 'will leave'; the file keeps what training chose. */
export async function saveModelThreshold(db: Db, id: number, threshold: number): Promise<void> {
  await db('models').where({ id }).update({ threshold });
}

/** It is offered nowhere any more; scores that it gave keep its name. */
export async function archiveModel(db: Db, id: number): Promise<void> {
  await db('models').where({ id }).update({ state: 'archived' });
}

export async function deleteModel(db: Db, id: number): Promise<void> {
  await db('models').where({ id }).delete();
}

function labelOf({ id, name }: Pick<ModelRow, 'id' | 'name'>): string {
  return `v${id} ${name}`;
}

function toModel(row: ModelRow): ModelRecord {
  const of = (column: string): string => `${column} of model ${row.id}`;
  const schema = readJson(StoredSchema, row.schema, of('schema'));
  return {
    id: row.id,
    label: labelOf(row),
    name: row.name,
    family: row.family,
    state: row.state,
    file: row.file,
    sha256: row.sha256,
    schema,
    threshold: row.threshold,
    evaluation: readJson(StoredEvaluation, row.evaluation, of('evaluation')),
    importance: readJson(storedImportance(schema), row.importance, of('importance')),
    provenance: readJson(StoredProvenance, row.provenance, of('provenance')),
    datasetId: row.dataset_id,
    isSample: Boolean(row.is_sample),
    createdAt: row.created_at,
    activatedAt: row.activated_at,
  };
}

/** All that were trained on a dataset, archived ones too, newest first. */
export async function listModelsOf(db: Db, datasetId: number): Promise<ModelRecord[]> {
  const rows = await db<ModelRow>('models').where({ dataset_id: datasetId }).orderBy('id', 'desc');
  return rows.map(toModel);
}
