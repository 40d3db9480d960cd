/** Counts and sums over the scores that a filter covers. */
import type { PopulationFilter, PredictionFilter } from '../prediction-filters.ts';
import type { Totals } from '../prediction-totals.ts';
import type { RiskThresholds } from '../risk-levels.ts';
import type { ScoreStore } from './store.ts';

export function countPredictions(_store: ScoreStore, _filter: PredictionFilter): Promise<number> {
  throw new Error('not yet');
}

export function sumPredictions(_store: ScoreStore, _filter: PredictionFilter): Promise<Totals> {
  throw new Error('not yet');
}

/** Counts over `bins` equal parts of [0, 1]. */
export function probabilityHistogram(
  _store: ScoreStore,
  _filter: PredictionFilter,
  _bins: number,
): Promise<number[]> {
  throw new Error('not yet');
}

/** How many latest scores would be low, medium and high with other thresholds. */
export function countByThresholds(
  _store: ScoreStore,
  _thresholds: RiskThresholds,
  _population: PopulationFilter | null = null,
): Promise<{ low: number; medium: number; high: number }> {
  throw new Error('not yet');
}

/** How many scores of a batch are low, medium and high by the thresholds of now. */
export function countLevelsOf(
  _store: ScoreStore,
  _batchId: number,
): Promise<{ low: number; medium: number; high: number }> {
  throw new Error('not yet');
}
