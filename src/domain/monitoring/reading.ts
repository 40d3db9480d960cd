/** What stored counts say, for pages and alerts. */
import type { Db } from '../../db.ts';
import { findBatchCounts, listBatchCounts } from '../../store/batch-counts.ts';
import type { BatchCounts } from '../../store/batch-count-documents.ts';
import type { ModelRecord } from '../../store/models.ts';
import { getSettings } from '../../store/settings.ts';
import { fileFindings } from './findings.ts';
import type { FileFindings } from './findings.ts';

export interface CountedFile {
  readonly counts: BatchCounts;
  readonly findings: FileFindings;
}

/** A file beside what its model learned from. `count`: for one that was not counted as it was scored. Null: nothing can be counted. */
export async function readCountedFile(
  db: Db,
  batchId: number,
  model: ModelRecord,
  count: () => Promise<BatchCounts | null>,
): Promise<CountedFile | null> {
  const counts = (await findBatchCounts(db, batchId)) ?? (await count());
  return counts && { counts, findings: fileFindings(counts, { model, settings: await getSettings(db) }) };
}

/** What is to be said of a file: severity, harm in money, and changes. Null: it was not counted as it was scored. */
export async function findingsOfBatch(
  db: Db,
  batchId: number,
  model: ModelRecord,
): Promise<FileFindings | null> {
  return (await readCountedFile(db, batchId, model, () => Promise.resolve(null)))?.findings ?? null;
}

export interface MonitoredBatch {
  readonly id: number;
  readonly name: string;
  readonly finishedAt: string;
  readonly findings: FileFindings;
}

/** The files that a model scored last, newest first. */
export async function listMonitoredBatches(
  db: Db,
  model: ModelRecord,
  limit: number,
): Promise<MonitoredBatch[]> {
  const settings = await getSettings(db);
  return (await listBatchCounts(db, model.id, limit)).map(({ counts, ...batch }) => ({
    ...batch,
    findings: fileFindings(counts, { model, settings }),
  }));
}
