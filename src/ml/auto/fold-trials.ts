/** Folds of several settings, each an item that any thread can fit. */
import { families, type FamilyName } from '../families.ts';
import type { Task } from '../parallel/threads.ts';
import type { CrossFitData, FoldFit, FoldTrial } from './cross-fit.ts';

export interface FoldTrials extends CrossFitData {
  /** The items. */
  readonly trials: readonly (FoldTrial & { readonly family: FamilyName })[];
}

export const foldTrials: Task<FoldTrials, FoldFit> = {
  name: 'fold-trials',
  prepare: (shared) => (item) => {
    const trial = shared.trials[item]!;
    return families[trial.family].fitFold(shared, trial);
  },
};
