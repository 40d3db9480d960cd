/** What an installation has, for the command line. */
import type { Config } from '../config.ts';
import { listBatches } from '../store/batches.ts';
import type { BatchState } from '../store/batches.ts';
import { listModels } from '../store/models.ts';
import type { ModelState } from '../store/models.ts';
import { withInstallation } from './installation.ts';

export interface ListedModel {
  readonly id: number;
  readonly label: string;
  readonly family: string;
  readonly state: ModelState;
  /** On held-out customers. */
  readonly rocAuc: number;
  readonly createdAt: string;
}

export interface ListedBatch {
  readonly id: number;
  readonly file: string;
  readonly state: BatchState;
  readonly rows: number;
  readonly scored: number;
  readonly rejected: number;
  readonly high: number;
  readonly createdAt: string;
}

export function listModelsIn(config: Config): Promise<ListedModel[]> {
  return withInstallation(config, async (db) =>
    (await listModels(db)).map(({ id, label, family, state, evaluation, createdAt }) => {
      const { rocAuc } = evaluation.holdout;
      return { id, label, family, state, rocAuc, createdAt };
    }),
  );
}

/** The newest first. */
export function listBatchesOf(config: Config, limit: number): Promise<ListedBatch[]> {
  return withInstallation(config, async (db) =>
    (await listBatches(db, limit)).map((batch) => ({
      id: batch.id,
      file: batch.originalName,
      state: batch.state,
      rows: batch.rowCount,
      scored: batch.scoredCount,
      rejected: batch.rejectedCount,
      high: batch.highCount,
      createdAt: batch.createdAt,
    })),
  );
}
