/** What monitoring says of the last file that was scored. */
import { listBatches } from '../../store/batches.ts';
import type { BatchSummary } from '../../store/batches.ts';
import { findModel } from '../../store/models.ts';
import type { FileFindings } from '../monitoring/findings.ts';
import { findingsOfBatch } from '../monitoring/reading.ts';
import type { Look } from './look.ts';

export interface CheckedFile {
  readonly batch: BatchSummary;
  readonly findings: FileFindings;
}

/** Files among which the last one is looked for. */
const mostFiles = 20;

/** Undefined: there is none, or nothing was counted of it. */
export async function readLastFile({ db }: Look): Promise<CheckedFile | undefined> {
  const batch = (await listBatches(db, mostFiles)).find(
    ({ state, correctsBatchId }) => state === 'done' && correctsBatchId === null,
  );
  const model = batch?.modelId == null ? undefined : await findModel(db, batch.modelId);
  const findings = batch && model && (await findingsOfBatch(db, batch.id, model));
  return findings ? { batch, findings } : undefined;
}
