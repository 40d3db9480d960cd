/**
 * Resampling the rows that a model learns from, where few customers left. Repeating rows of the rarer class or
 * dropping rows of the other makes both equally frequent; rows that a model is measured on are never touched.
 *
 * Probabilities learned so are too high by the change of the prior odds (Saerens, Latinne and Decaestecker
 * 2002); calibration on out-of-fold rows, which are not resampled, corrects it (../model/calibration.ts).
 */
import type { TrainingData } from '../estimator.ts';
import { shuffle } from '../math/random.ts';
import type { Random } from '../math/random.ts';
import { takeTrainingRows } from './training-data.ts';

/** Both classes equally frequent. `over` draws the rarer class with replacement, `under` drops of the other. */
export function resample(data: TrainingData, kind: 'over' | 'under', random: Random): TrainingData {
  const rowsOf = [0, 1].map((label) =>
    Int32Array.from(data.target.keys()).filter((row) => data.target[row] === label),
  );
  const [rare, frequent] =
    rowsOf[0]!.length < rowsOf[1]!.length ? [rowsOf[0]!, rowsOf[1]!] : [rowsOf[1]!, rowsOf[0]!];
  if (rare.length === 0 || rare.length === frequent.length) return data;
  const rows = kind === 'over' ? repeatRare(rare, frequent, random) : dropFrequent(rare, frequent, random);
  // A repeated row belongs to its first copy, in whatever splits an estimator makes of these rows.
  const groups = data.groups ?? Int32Array.from(data.target.keys());
  return takeTrainingRows({ ...data, groups }, rows.sort());
}

function repeatRare(rare: Int32Array, frequent: Int32Array, random: Random): Int32Array {
  const extra = Int32Array.from(
    { length: frequent.length - rare.length },
    () => rare[random.below(rare.length)]!,
  );
  return Int32Array.from([...rare, ...frequent, ...extra]);
}

function dropFrequent(rare: Int32Array, frequent: Int32Array, random: Random): Int32Array {
  const kept = frequent.slice();
  shuffle(kept, random);
  return Int32Array.from([...rare, ...kept.subarray(0, rare.length)]);
}
