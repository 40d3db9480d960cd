/** A training plan of a few words. */
import type { TrainingPlan } from '../../src/domain/training/fit.ts';
import { optionsFor } from '../../src/domain/training/options.ts';
import type { Family } from '../../src/ml/estimators.ts';

export function planOf(
  families: readonly Family[],
  seed: number,
  change: { readonly only?: readonly string[] | null; readonly drop?: readonly string[] } = {},
): TrainingPlan {
  const { only = null, drop = [] } = change;
  const options = { ...optionsFor('quick'), families: [...families], seed, drop: [...drop] };
  return { datasetName: 'Generated', only, options };
}
