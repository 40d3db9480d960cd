/** Scores as lists show them. */
import type { CellValue } from '../../ml/data/values.ts';
import type { PredictionSource } from '../prediction-writes.ts';
import type { RiskLevel } from '../risk-levels.ts';
import type { ScoreStore } from './store.ts';

export interface ListedReason {
  readonly feature: string;
  readonly value: CellValue;
  /** In probability. */
  readonly points: number;
}

/** A score without what only the customer's own page shows. */
export interface ListedPrediction {
  readonly id: number;
  readonly batchId: number | null;
  readonly batchName: string | null;
  readonly rowNumber: number | null;
  readonly customerId: string | null;
  readonly source: PredictionSource;
  readonly modelId: number | null;
  readonly modelLabel: string;
  readonly probability: number;
  /** By the organisation's thresholds of now. */
  readonly riskLevel: RiskLevel;
  /** The strongest first, at most `reasonsPerRow`. */
  readonly reasons: readonly ListedReason[];
  readonly recommendedAction: string | null;
  readonly expectedSaving: number | null;
  readonly monthlyValue: number | null;
  readonly isNoted: boolean;
  readonly isSample: boolean;
  readonly createdAt: string;
}

/**
 * In the order of `ids`; those that are gone are left out. Reads the columns of each group that has one of them: many
 * rows at once (a download: 20,000) cost little more than one.
 */
export function getPredictionRows(_store: ScoreStore, _ids: ArrayLike<number>): Promise<ListedPrediction[]> {
  throw new Error('not yet');
}
