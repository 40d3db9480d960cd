/** Churn rules compared: queued, computed in a job, stored with the dataset's profile. */
import { join } from 'node:path';
import type { Config } from '../../../config.ts';
import { inTransaction } from '../../../db.ts';
import type { Db } from '../../../db.ts';
import { AppError } from '../../../errors.ts';
import { getDataset, updateDataset } from '../../../store/datasets.ts';
import type { Dataset } from '../../../store/datasets.ts';
import { enqueueJob } from '../../../store/jobs.ts';
import type { User } from '../../people/accounts.ts';
import { readTakenCsv } from '../../csv/whole.ts';
import { getReady } from '../datasets.ts';
import type { ProxyRule } from './proxy-label.ts';
import { compareDefinitions, variantsOf } from './sandbox.ts';
import type { DefinitionComparison } from './sandbox.ts';

export interface LabelComparison {
  readonly rule: ProxyRule;
  /** Null until the job is done. */
  readonly results: readonly DefinitionComparison[] | null;
  readonly error: string | null;
}

const maxRows = 100_000;

export async function compareLater(db: Db, user: User, id: number, rule: ProxyRule): Promise<void> {
  await inTransaction(db, async (trx) => {
    const dataset = await getReady(trx, id);
    await keep(trx, dataset, { rule, results: null, error: null });
    await enqueueJob(trx, {
      kind: 'compare-labels',
      payload: { comparisonOf: id },
      subject: `Compare churn rules in ${dataset.name}`,
      createdBy: user.id,
    });
  });
}

/** Runs in a job. */
export async function compareLabels(db: Db, config: Config, id: number): Promise<void> {
  const dataset = await getDataset(db, id);
  const rule = comparisonOf(dataset)?.rule;
  if (!rule) return;
  try {
    const csv = await readTakenCsv(join(config.dataDir, dataset.file), maxRows);
    const results = compareDefinitions({ ...csv, columns: dataset.columns }, variantsOf(rule));
    await inTransaction(db, async (trx) =>
      keep(trx, await getDataset(trx, id), { rule, results, error: null }),
    );
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { message } = error;
    await inTransaction(db, async (trx) =>
      keep(trx, await getDataset(trx, id), { rule, results: null, error: message }),
    );
  }
}

export async function failComparison(db: Db, id: number, message: string): Promise<void> {
  const dataset = await getDataset(db, id);
  const rule = comparisonOf(dataset)?.rule;
  if (rule) await keep(db, dataset, { rule, results: null, error: message });
}

/** A comparison that an earlier version stored with other names of its counts is dropped: it can be made again. */
export function comparisonOf({ profile }: Dataset): LabelComparison | null {
  const stored = (profile as { comparison?: LabelComparison } | null)?.comparison ?? null;
  return stored?.results?.some((result) => !('leftCount' in result)) ? null : stored;
}

async function keep(db: Db, { id, profile }: Dataset, comparison: LabelComparison): Promise<void> {
  await updateDataset(db, id, { profile: { ...(profile as object), comparison } });
}
