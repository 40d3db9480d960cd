/** Values that the model does not recognise: mapped to its own once, and remembered for the next file. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { recordEvent } from '../../store/audit.ts';
import { getBatch } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { getModel } from '../../store/models.ts';
import { forgetNames, listRememberedNames, rememberNames } from '../../store/remembered-names.ts';
import type { RememberedName } from '../../store/remembered-names.ts';
import type { User } from '../people/accounts.ts';
import { checkBatchLater } from './batches.ts';
import { foldLevel, isTooLong, levelMeanings, mappingOf } from './mapping.ts';

/** A value of a category that the model has not seen in training, or that people have mapped. */
export interface UnrecognisedValue {
  readonly feature: string;
  readonly found: string;
  readonly count: number;
  readonly levels: readonly string[];
  /** The model's value that it was mapped to; empty: none. */
  readonly meaning: string;
}

const maxValues = 50;

/** Those that the check of the file found, the most frequent first. */
export async function listUnrecognisedValues(db: Db, batch: BatchRecord): Promise<UnrecognisedValue[]> {
  const report = batch.report;
  const model = batch.modelId === null ? null : await getModel(db, batch.modelId);
  if (!report || !model) return [];
  const known = levelMeanings(model.schema, await listRememberedNames(db));
  const byKey = new Map<string, UnrecognisedValue>();
  for (const { kind, column, detail, count } of report.groups) {
    const feature = model.schema.features.find(({ name }) => name === column);
    const isLevel = kind === 'unseen' || kind === 'refused-level' || kind === 'renamed';
    if (!isLevel || !feature || !isMappable(column, detail)) continue;
    const key = `${column}\0${foldLevel(detail)}`;
    const meanings = known.find((one) => one.feature === column)?.meanings ?? {};
    const meaning = Object.hasOwn(meanings, foldLevel(detail)) ? meanings[foldLevel(detail)]! : '';
    const level = { feature: column, found: detail, count: 0, levels: feature.levels, meaning };
    const before = byKey.get(key) ?? level;
    byKey.set(key, { ...before, count: before.count + count });
  }
  return [...byKey.values()].sort((a, b) => b.count - a.count).slice(0, maxValues);
}

function isMappable(feature: string, found: string): boolean {
  return found !== '' && !isTooLong(feature, found) && !/[\r\n]/.test(found);
}

/** Which of the model's levels a value of the file stands for; an empty level removes the mapping. */
export type ValueMapping = Pick<RememberedName, 'feature' | 'found' | 'level'>;

/** Remembers mappings of values; a file that is not scored yet is checked again with them. */
export async function mapValues(
  db: Db,
  user: User,
  { id: batchId }: Pick<BatchRecord, 'id'>,
  mappings: readonly ValueMapping[],
): Promise<void> {
  const names = mappings.map((one) => ({ ...one, kind: 'level' as const, found: foldLevel(one.found) }));
  await inTransaction(db, async (trx) => {
    const batch = await getBatch(trx, batchId);
    const model = await getModel(trx, batch.modelId ?? 0);
    await forgetNames(trx, names);
    const kept = names.filter(({ level }) => level !== '');
    await rememberNames(trx, kept);
    await recordEvent(trx, {
      userId: user.id,
      action: 'batch.values-mapped',
      subject: batch.originalName,
      after: { remembered: kept.length, forgotten: names.length - kept.length },
    });
    if (batch.state !== 'checked') return;
    const levels = levelMeanings(model.schema, await listRememberedNames(trx));
    const mapping = { ...mappingOf(batch), levels };
    await checkBatchLater(trx, user, batch.id, { model, mapping });
  });
}
