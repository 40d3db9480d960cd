/** Rescoring by itself: the customers of the newest file get scores of the model that was activated since. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Db } from '../../db.ts';
import { findBatch, findNewestScored, getBatch, insertBatch } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { localFiles } from '../../store/files/files.ts';
import { findActiveModel } from '../../store/models.ts';
import { getSettings } from '../../store/settings.ts';
import type { Rescoring } from '../../store/settings.ts';
import { checkAlertsLater } from '../alerts/due.ts';
import { checkAndScoreLater } from '../batches/batches.ts';
import type { BatchPlan, UploadStore } from '../batches/batches.ts';
import { linkFile } from '../batches/files.ts';
import { isComplete, mappingOf } from '../batches/mapping.ts';
import { guessForActiveModel } from '../batches/matching.ts';
import { isDue, startWhenDue } from './runs.ts';

const ending = ' (rescored)';

/** A file that the active model has scored is left alone. The scores are those of a new file, so that the earlier ones stay. */
export async function rescoreWhenDue(store: UploadStore): Promise<void> {
  const { db } = store;
  if (!(await isDue(db, 'rescoring'))) return;
  const source = await fileToRescore(db);
  const plan = source && (await planFor(db, source));
  const register = source && plan && (await copyFile(store, source));
  await startWhenDue(db, 'rescoring', async (trx, { userId }) => {
    if (source === null) return { error: null };
    if (!plan) return refuse(trx, 'Some columns of the active model are not in the newest file.');
    if (!register) return refuse(trx, 'The newest file is missing in the folder of uploads.');
    const batchId = await register(trx, userId);
    await checkAndScoreLater(trx, { id: userId }, batchId, plan);
    return { batchId, error: null };
  });
}

/** Null: there is none, the active model has scored it, or the last run is still under way. */
export async function fileToRescore(db: Db): Promise<BatchRecord | null> {
  const newest = await findNewestScored(db);
  const model = await findActiveModel(db);
  if (newest === null || model === undefined || newest.modelId === model.id) return null;
  const { batchId } = (await getSettings(db)).rescoring;
  const last = batchId === null ? undefined : await findBatch(db, batchId);
  return last?.state === 'scoring' ? null : getBatch(db, newest.id);
}

/** Customer ID and revenue as a person has matched them, inputs as in any new file. Null: some input is not in the file. */
async function planFor(db: Db, source: BatchRecord): Promise<BatchPlan | null> {
  const plan = await guessForActiveModel(db, source);
  if (!plan || !isComplete(plan.mapping)) return null;
  const { identifier, value } = mappingOf(source);
  return { ...plan, mapping: { ...plan.mapping, identifier, value } };
}

/** A second name for the same bytes: erasing a customer from one erases them from the other. Null: the file is missing. */
async function copyFile(
  { db, uploadsDir, files = localFiles }: UploadStore,
  source: BatchRecord,
): Promise<((trx: Db, userId: number | null) => Promise<number>) | null> {
  const file = randomBytes(16).toString('hex');
  const [from, path] = [join(uploadsDir, source.file), join(uploadsDir, file)];
  if (!(await files.has(db, from))) return null;
  await files.bring(db, [from]);
  await linkFile(from, path);
  const stored = await files.put(db, [{ path }]);
  return async (trx, userId) => {
    const { byteSize, sha256, format, header, rowCount, blankCount, isSample } = source;
    const originalName = `${source.originalName.replace(ending, '').slice(0, 240)}${ending}`;
    const copied = { byteSize, sha256, format, header, rowCount, blankCount, isSample };
    const id = await insertBatch(trx, { ...copied, originalName, file, userId });
    await stored.note(trx);
    return id;
  };
}

async function refuse(trx: Db, reason: string): Promise<Partial<Rescoring>> {
  await checkAlertsLater(trx);
  return { error: `${reason} Score a newer file by hand.` };
}
