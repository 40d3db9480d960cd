/** The life of a model beside scoring: archived and taken back, tried as challenger, sent away and brought in. */
import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { AppError, Conflict } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import {
  findChallenger,
  findModelByHash,
  getModel,
  insertModel,
  listFilesInUse,
  saveModelThreshold,
  setModelState,
} from '../../store/models.ts';
import type { ModelFile, ModelRecord } from '../../store/models.ts';
import { saveSettings } from '../../store/settings.ts';
import type { Settings } from '../../store/settings.ts';
import type { User } from '../people/accounts.ts';
import { loadHashedModel, removeModelFile, verifyModelFile, writeWhole } from './files.ts';
import { recordOf, summaryOf } from '../training/fit.ts';
import type { ModelSummary } from '../training/fit.ts';

/** @throws Conflict when it is the active one */
export async function archive(db: Db, user: User, id: number): Promise<void> {
  await change(
    db,
    user,
    id,
    'archived',
    'model.archived',
    'The active model cannot be archived. Activate another one first.',
  );
}

/** An archived or challenging model is an ordinary candidate again. */
export async function makeCandidate(db: Db, user: User, id: number): Promise<void> {
  await change(db, user, id, 'candidate', 'model.made-candidate', 'This model is active.');
}

/** Scores beside the active model from now on, for nobody but those who compare. One at a time. */
export async function makeChallenger(db: Db, modelsDir: string, user: User, id: number): Promise<void> {
  await verifyModelFile(modelsDir, await getModel(db, id));
  await inTransaction(db, async (trx) => {
    if ((await getModel(trx, id)).state === 'archived')
      throw new Conflict('This model is archived. Take it back first.');
    const before = await findChallenger(trx);
    if (before) await setModelState(trx, before.id, 'candidate');
    await change(
      trx,
      user,
      id,
      'challenger',
      'model.made-challenger',
      'The active model cannot challenge itself.',
    );
  });
}

/** What a model file in the uploads folder holds: read in a task, because a forged one may be made to take long. */
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

/**
 * Takes in a model file that was exported elsewhere and looks as `inspect` says. The uploaded file is gone afterwards.
 * @throws AppError 422 when it is no model; 409 when it is here already
 */
export async function importModel(
  db: Db,
  config: Config,
  user: User,
  upload: { readonly file: string; readonly originalName: string },
  inspect: (file: string) => Promise<InspectedModel>,
): Promise<ModelRecord> {
  const path = join(config.uploadsDir, upload.file);
  const target = `${randomUUID()}.holdfast`;
  let isStored = false;
  try {
    const { summary, sha256 } = await inspect(upload.file);
    await writeWhole(join(config.modelsDir, target), await readFile(path));
    const name = upload.originalName.replace(/\.holdfast$/i, '').slice(0, 200) || 'Imported model';
    const record = await inTransaction(db, async (trx) => {
      const known = await findModelByHash(trx, sha256);
      if (known) throw new Conflict(`This model is here already: ${known.label}.`);
      const id = await insertModel(trx, {
        ...recordOf(summary, { name, datasetId: null, isSample: false }),
        file: target,
        sha256,
      });
      const inserted = await getModel(trx, id);
      await recordEvent(trx, {
        userId: user.id,
        action: 'model.imported',
        subject: inserted.label,
        after: { sha256 },
      });
      return inserted;
    });
    isStored = true;
    return record;
  } finally {
    await rm(path, { force: true });
    if (!isStored) await removeModelFile(config.modelsDir, target);
  }
}

/** The file's bytes, as they were written. @throws AppError 409 when they are not what was stored */
export async function exportModel(db: Db, config: Config, user: User, id: number): Promise<Buffer> {
  const record = await getModel(db, id);
  await verifyModelFile(config.modelsDir, record);
  const bytes = await readFile(join(config.modelsDir, basename(record.file)));
  await recordEvent(db, { userId: user.id, action: 'model.exported', subject: record.label });
  return bytes;
}

export interface UnusableModel {
  readonly id: number;
  readonly label: string;
  /** What is wrong with its file and what to do, in words. */
  readonly problem: string;
}

/** Models whose files are missing, changed or damaged, but for archived ones. What scores comes first. */
export async function listUnusableModels(db: Db, modelsDir: string): Promise<UnusableModel[]> {
  const unusable: UnusableModel[] = [];
  for (const file of await listFilesInUse(db)) {
    const problem = await problemOfModel(modelsDir, file);
    if (problem !== null) unusable.push({ id: file.id, label: file.label, problem });
  }
  return unusable;
}

/** What is wrong with a model's file, in words; null: nothing. */
export async function problemOfModel(modelsDir: string, record: ModelFile): Promise<string | null> {
  try {
    await verifyModelFile(modelsDir, record);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

/** Keeps what the threshold explorer was set to: the costs for everybody, the threshold for this model. */
export async function keepThreshold(
  db: Db,
  user: User,
  id: number,
  threshold: number,
  costs: Pick<Settings, 'contactCost' | 'offerCost' | 'saveRate' | 'valueMonths'>,
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

async function change(
  db: Db,
  user: User,
  id: number,
  state: 'candidate' | 'challenger' | 'archived',
  action: string,
  refusal: string,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const model = await getModel(trx, id);
    if (model.state === state) return;
    if (!(await setModelState(trx, id, state))) throw new Conflict(refusal);
    await recordEvent(trx, {
      userId: user.id,
      action,
      subject: model.label,
      before: { state: model.state },
      after: { state },
    });
  });
}
