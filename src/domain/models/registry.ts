/** States of a model other than active, import and export of model files, and the threshold in use. */
import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { AppError, Conflict } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import { openFiles } from '../../store/files/open-files.ts';
import {
  findChallenger,
  findModelByHash,
  getModel,
  insertModel,
  listFilesInUse,
  saveModelThreshold,
  setModelState,
} from '../../store/models.ts';
import type { ModelFile, ModelRecord, ModelState } from '../../store/models.ts';
import { saveSettings } from '../../store/settings.ts';
import type { Settings } from '../../store/settings.ts';
import type { User } from '../people/accounts.ts';
import { loadHashedModel, removeModelFile, verifyModelFile, writeWhole } from './files.ts';
import { recordOf, summaryOf } from '../training/fit.ts';
import type { ModelSummary } from '../training/fit.ts';

/** @throws Conflict when the model is active */
export async function archive(db: Db, user: User, id: number): Promise<void> {
  await moveTo(db, user.id, id, moves.archived);
}

/** Restores an archived model, or stops a challenger. @throws Conflict when the model is active */
export async function makeCandidate(db: Db, user: User, id: number): Promise<void> {
  await moveTo(db, user.id, id, moves.candidate);
}

/**
 * Runs a model as the challenger: it scores the same customers as the active model from the next batch on, and nothing
 * else uses its scores. There is one challenger at a time. @throws Conflict when the model is active or archived
 */
export async function makeChallenger(db: Db, modelsDir: string, user: User, id: number): Promise<void> {
  await verifyModelFile(modelsDir, await getModel(db, id));
  await inTransaction(db, async (trx) => {
    if ((await getModel(trx, id)).state === 'archived')
      throw new Conflict('This model is archived. Restore it before you run it as a challenger.');
    await runAsChallenger(trx, user.id, id);
  });
}

/** The one before becomes a candidate again. `userId` null: nobody asked for it. */
export async function runAsChallenger(trx: Db, userId: number | null, id: number): Promise<void> {
  const before = await findChallenger(trx);
  if (before) await setModelState(trx, before.id, 'candidate');
  await moveTo(trx, userId, id, moves.challenger);
}

/** Reads an uploaded model file. Runs in a task, because a forged file may be made to take long. */
export async function inspectModelFile(config: Config, file: string): Promise<InspectedModel> {
  const path = join(config.uploadsDir, basename(file));
  const { model, sha256 } = await loadHashedModel(path);
  return { summary: summaryOf(model), sha256 };
}

export interface InspectedModel {
  readonly summary: ModelSummary;
  /** Of the whole file. */
  readonly sha256: string;
}

interface ModelImport {
  readonly db: Db;
  readonly config: Config;
  readonly user: User;
  /** inspectModelFile, in a task. */
  readonly inspect: (file: string) => Promise<InspectedModel>;
}

/**
 * Adds a model file that was exported elsewhere as a candidate, and removes the uploaded file in any case.
 * @throws AppError 422 when the file is not a model; 409 when the model has already been imported
 */
export async function importModel(
  { db, config, user, inspect }: ModelImport,
  upload: { readonly file: string; readonly originalName: string },
): Promise<ModelRecord> {
  const path = join(config.uploadsDir, upload.file);
  const target = `${randomUUID()}.holdfast`;
  let isStored = false;
  try {
    const { summary, sha256 } = await inspect(upload.file);
    await writeWhole(join(config.modelsDir, target), await readFile(path));
    const stored = await openFiles(config).put(db, [{ path: join(config.modelsDir, target) }]);
    const name = upload.originalName.replace(/\.holdfast$/i, '').slice(0, 200) || 'Imported model';
    const model = { ...recordOf(summary, { name, datasetId: null, isSample: false }), file: target, sha256 };
    const record = await inTransaction(db, async (trx) => {
      await stored.note(trx);
      return addImported(trx, user, model);
    });
    isStored = true;
    return record;
  } finally {
    await rm(path, { force: true });
    if (!isStored) await removeModelFile(config.modelsDir, target);
  }
}

async function addImported(
  trx: Db,
  user: User,
  model: Parameters<typeof insertModel>[1],
): Promise<ModelRecord> {
  const { sha256 } = model;
  const known = await findModelByHash(trx, sha256);
  if (known) throw new Conflict(`This model has already been imported: ${known.label}.`);
  const inserted = await getModel(trx, await insertModel(trx, model));
  await recordEvent(trx, {
    userId: user.id,
    action: 'model.imported',
    subject: inserted.label,
    after: { sha256 },
  });
  return inserted;
}

/** The bytes of the model file. @throws AppError 409 when the file is missing or was changed */
export async function exportModel(db: Db, config: Config, user: User, id: number): Promise<Buffer> {
  const record = await getModel(db, id);
  await openFiles(config).bring(db, [join(config.modelsDir, basename(record.file))]);
  await verifyModelFile(config.modelsDir, record);
  const bytes = await readFile(join(config.modelsDir, basename(record.file)));
  await recordExport(db, user, record, { format: 'holdfast' });
  return bytes;
}

/** Notes in the audit log that somebody downloaded a model. `details`: in which form. */
export async function recordExport(
  db: Db,
  user: User,
  { label }: Pick<ModelRecord, 'label'>,
  details: Readonly<Record<string, string>>,
): Promise<void> {
  await recordEvent(db, { userId: user.id, action: 'model.exported', subject: label, after: details });
}

export interface UnusableModel {
  readonly id: number;
  readonly label: string;
  /** What is wrong with its file, and what to do. */
  readonly problem: string;
}

/** Models that are not archived whose files are missing, changed or damaged; the active model first. */
export async function listUnusableModels(db: Db, modelsDir: string): Promise<UnusableModel[]> {
  const unusable: UnusableModel[] = [];
  for (const file of await listFilesInUse(db)) {
    const problem = await problemOfModel(modelsDir, file);
    if (problem !== null) unusable.push({ id: file.id, label: file.label, problem });
  }
  return unusable;
}

/** A sentence on what is wrong with the model's file; null when it can be used. */
export async function problemOfModel(modelsDir: string, record: ModelFile): Promise<string | null> {
  try {
    await verifyModelFile(modelsDir, record);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

export interface ThresholdSetting {
  readonly threshold: number;
  /** The organisation's costs, which every model's expected profit is computed with. */
  readonly costs: Pick<Settings, 'contactCost' | 'offerCost' | 'saveRate' | 'valueMonths' | 'valueMargin'>;
}

/** Sets the threshold of one model, and the costs of the organisation. */
export async function saveThreshold(
  db: Db,
  user: User,
  id: number,
  { threshold, costs }: ThresholdSetting,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const model = await getModel(trx, id);
    await saveModelThreshold(trx, id, threshold);
    await saveSettings(trx, costs);
    await recordEvent(trx, {
      userId: user.id,
      action: 'model.threshold-set',
      subject: model.label,
      before: { threshold: model.threshold },
      after: { threshold, ...costs },
    });
  });
}

interface Move {
  readonly state: Exclude<ModelState, 'active'>;
  readonly action: string;
  /** Why the active model cannot be moved. */
  readonly refusal: string;
}

const moves: Record<Move['state'], Move> = {
  archived: {
    state: 'archived',
    action: 'model.archived',
    refusal: 'The active model cannot be archived. Activate another model first.',
  },
  candidate: {
    state: 'candidate',
    action: 'model.made-candidate',
    refusal: 'This model is active. Activate another model to make it a candidate.',
  },
  challenger: {
    state: 'challenger',
    action: 'model.made-challenger',
    refusal: 'The active model cannot be its own challenger. Choose another model.',
  },
};

async function moveTo(
  db: Db,
  userId: number | null,
  id: number,
  { state, action, refusal }: Move,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const model = await getModel(trx, id);
    if (model.state === state) return;
    if (!(await setModelState(trx, id, state))) throw new Conflict(refusal);
    await recordEvent(trx, {
      userId,
      action,
      subject: model.label,
      before: { state: model.state },
      after: { state },
    });
  });
}
