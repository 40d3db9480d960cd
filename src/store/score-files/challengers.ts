/** Probabilities of a challenger, kept beside the scores of the batch in the same order. */
import type { InputColumn, ScoreFileHeader } from './group.ts';
import type { ScoreStore } from './store.ts';

/** The inputs of a group of a batch's rows. */
export interface BatchInputs {
  readonly header: ScoreFileHeader;
  readonly rowCount: number;
  readonly inputs: readonly InputColumn[];
}

/** A challenger's file is written group by group; a run that was interrupted goes on after its last whole group. */
export interface ChallengerRun {
  readonly groups: number;
  /** Rows that are scored already. */
  readonly rowsDone: number;
  /** The next group to score; undefined: all are scored. */
  next(): BatchInputs | undefined;
  /** Probabilities of the group that `next` gave; NaN: the challenger cannot score the row. */
  append(probability: Float64Array): void;
  close(): void;
}

/** undefined: the batch or its scores are gone. */
export function openChallengerRun(
  _store: ScoreStore,
  _batchId: number,
  _modelId: number,
): Promise<ChallengerRun | undefined> {
  throw new Error('not yet');
}

/** Both probabilities of the customers that a challenger scored, newest first. */
export function listPairedScores(
  _store: ScoreStore,
  _modelId: number,
  _limit: number,
): Promise<{ readonly champion: Float64Array; readonly challenger: Float64Array }> {
  throw new Error('not yet');
}
