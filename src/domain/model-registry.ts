/** The life of a model beside scoring: archived and taken back, tried as challenger, sent away and brought in. */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Config } from '../config.ts';
import { inTransaction } from '../db.ts';
import type { Db } from '../db.ts';
import { Conflict } from '../errors.ts';
import { recordEvent } from '../store/audit.ts';
import {
  findChallenger,
  findModelByHash,
  getModel,
  insertModel,
  listModelFiles,
  saveModelThreshold,
  setModelState,
} from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';
import { saveSettings } from '../store/settings.ts';
import type { Settings } from '../store/settings.ts';
import type { User } from './accounts.ts';
import { loadModelFile, readModelFile, writeWhole } from './model-files.ts';
import { recordOf, summaryOf } from './training.ts';

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
  await readModelFile(modelsDir, await getModel(db, id));
  await inTransaction(db, async (trx) => {
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

/** Takes in a model file that was exported elsewhere. @throws AppError 422 when it is none; 409 when it is here already */
export async function importModel(
  db: Db,
  config: Config,
  user: User,
  file: string,
  originalName: string,
): Promise<ModelRecord> {
  const path = join(config.uploadsDir, file);
  try {
    const model = await loadModelFile(path);
    const bytes = await readFile(path);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const known = await findModelByHash(db, sha256);
    if (known) throw new Conflict(`This model is here already: ${known.label}.`);
    const target = `${randomUUID()}.holdfast`;
    await writeWhole(join(config.modelsDir, target), bytes);
    const name = originalName.replace(/\.holdfast$/i, '').slice(0, 200) || 'Imported model';
    return await inTransaction(db, async (trx) => {
      const id = await insertModel(trx, {
        ...recordOf(summaryOf(model), { name, datasetId: null, isSample: false }),
        file: target,
        sha256,
      });
      const record = await getModel(trx, id);
      await recordEvent(trx, {
        userId: user.id,
        action: 'model.imported',
        subject: record.label,
        after: { sha256 },
      });
      return record;
    });
  } finally {
    await rm(path, { force: true });
  }
}

/** The file's bytes, as they were written. @throws AppError 409 when they are not what was stored */
export async function exportModel(db: Db, config: Config, user: User, id: number): Promise<Buffer> {
  const record = await getModel(db, id);
  await readModelFile(config.modelsDir, record);
  const bytes = await readFile(join(config.modelsDir, basename(record.file)));
  await recordEvent(db, { userId: user.id, action: 'model.exported', subject: record.label });
  return bytes;
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

/** At start: model files that no row names are left over from a training that was cut off; younger ones may be on their way. */
export async function sweepModels(db: Db, modelsDir: string, olderThanMs = 3_600_000): Promise<number> {
  const known = new Set(await listModelFiles(db));
  const names = await readdir(modelsDir).catch(() => []);
  let removed = 0;
  for (const name of names.filter((one) => /\.holdfast(\.\d+\.tmp)?$/.test(one) && !known.has(one))) {
    const path = join(modelsDir, name);
    if (Date.now() - (await stat(path)).mtimeMs < olderThanMs) continue;
    await rm(path, { force: true });
    removed++;
  }
  return removed;
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
