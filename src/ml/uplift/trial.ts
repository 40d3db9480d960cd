/** A randomised campaign as uplift models learn from it, and its folds. */
import type { Table } from '../data/table.ts';
import { takeRows } from '../data/table.ts';
import { shuffle, type Random } from '../math/random.ts';

/** One entry a member everywhere. */
export interface Trial {
  /** Inputs as they were before the campaign, encoded. */
  readonly table: Table;
  /** 0: control, 1: treated, as assigned. */
  readonly arm: Uint8Array;
  /** 1: what is wanted happened (the customer stayed, or visited), 0 otherwise. */
  readonly outcome: Uint8Array;
  /** Chance of being treated, from the design of the campaign, in (0, 1). */
  readonly propensity: Float64Array;
}

/** The fold of each member, 0 to `folds` − 1; arms and outcomes are spread evenly. @throws RangeError on a bad trial */
export function trialFolds(trial: Trial, folds: number, random: Random): Uint8Array {
  checkTrial(trial);
  const order = Int32Array.from(trial.arm.keys());
  shuffle(order, random);
  const classOf = (i: number): number => 2 * trial.arm[i]! + trial.outcome[i]!;
  order.sort((a, b) => classOf(a) - classOf(b));
  const foldOf = new Uint8Array(order.length);
  order.forEach((row, place) => (foldOf[row] = place % folds));
  return foldOf;
}

export function takeMembers(trial: Trial, rows: Int32Array): Trial {
  return {
    table: takeRows(trial.table, rows),
    arm: Uint8Array.from(rows, (row) => trial.arm[row]!),
    outcome: Uint8Array.from(rows, (row) => trial.outcome[row]!),
    propensity: Float64Array.from(rows, (row) => trial.propensity[row]!),
  };
}

/** Rows of one arm. */
export function rowsOfArm({ arm }: Trial, which: 0 | 1): Int32Array {
  return Int32Array.from(arm.keys()).filter((row) => arm[row] === which);
}

export function checkTrial({ table, arm, outcome, propensity }: Trial): void {
  if ([arm, outcome, propensity].some(({ length }) => length !== table.rowCount))
    throw new RangeError(`arm, outcome and propensity must have ${table.rowCount} entries, one a member`);
  if (arm.some((a) => a > 1) || outcome.some((y) => y > 1))
    throw new RangeError('arm and outcome must be 0 or 1');
  if (!propensity.every((chance) => chance > 0 && chance < 1))
    throw new RangeError('propensities must be above 0 and below 1: no one else says what would have been');
  if (!arm.includes(0) || !arm.includes(1)) throw new RangeError('both arms need members');
}
