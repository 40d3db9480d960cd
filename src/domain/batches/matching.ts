/** Matches the columns of a file with a model's, remembers the match for the next file, and queues the check, or the scoring at once. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { findActiveModel } from '../../store/models.ts';
import { forgetNames, listRememberedNames, rememberNames } from '../../store/remembered-names.ts';
import type { User } from '../people/accounts.ts';
import { checkAndScoreLater, checkBatchLater } from './batches.ts';
import type { BatchPlan } from './batches.ts';
import { guessMapping, isComplete, levelMeanings, namesToForget, namesToRemember } from './mapping.ts';

/** The active model with a guess at the columns of a file, which may be incomplete; null: no model is active. */
export async function guessForActiveModel(
  db: Db,
  { header }: Pick<BatchRecord, 'header'>,
): Promise<BatchPlan | null> {
  const model = await findActiveModel(db);
  if (!model) return null;
  return { model, mapping: guessMapping(model.schema, header, await listRememberedNames(db)) };
}

/** Forgets earlier matches that this one contradicts. A batch that is being checked or scored is not changed. */
export async function matchColumns(
  db: Db,
  user: User,
  batch: BatchRecord,
  { model, mapping: chosen, isScoredAtOnce = false }: BatchPlan & { readonly isScoredAtOnce?: boolean },
): Promise<void> {
  if (batch.state !== 'uploaded' && batch.state !== 'checked') return;
  const { schema } = model;
  await inTransaction(db, async (trx) => {
    const before = await listRememberedNames(trx);
    await forgetNames(trx, namesToForget(schema, batch.header, chosen, before));
    await rememberNames(trx, namesToRemember(schema, batch.header, chosen));
    const levels = levelMeanings(schema, before);
    const begin = isScoredAtOnce && isComplete(chosen) ? checkAndScoreLater : checkBatchLater;
    await begin(trx, user, batch.id, { model, mapping: { ...chosen, levels } });
  });
}
