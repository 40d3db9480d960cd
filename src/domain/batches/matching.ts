/** A person says which column of a file is which feature: remembered for the next file, and the file is checked. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import type { BatchRecord } from '../../store/batches.ts';
import type { ModelRecord } from '../../store/models.ts';
import { forgetNames, listRememberedNames, rememberNames } from '../../store/remembered-names.ts';
import type { User } from '../people/accounts.ts';
import { checkBatchLater } from './batches.ts';
import { levelMeanings, namesToForget, namesToRemember } from './mapping.ts';
import type { ColumnMapping } from './mapping.ts';

/** What was remembered and is now matched otherwise is forgotten. An upload that is under way stays as it is. */
export async function matchColumns(
  db: Db,
  user: User,
  batch: BatchRecord,
  model: ModelRecord,
  chosen: ColumnMapping,
): Promise<void> {
  if (batch.state !== 'uploaded' && batch.state !== 'checked') return;
  const { schema } = model;
  await inTransaction(db, async (trx) => {
    const before = await listRememberedNames(trx);
    await forgetNames(trx, namesToForget(schema, batch.header, chosen, before));
    await rememberNames(trx, namesToRemember(schema, batch.header, chosen));
    const levels = levelMeanings(schema, before);
    await checkBatchLater(trx, user, batch.id, model, { ...chosen, levels });
  });
}
