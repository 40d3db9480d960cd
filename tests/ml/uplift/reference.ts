/** What scikit-learn and numpy make of a stored trial (tests/oracles/uplift_reference.py). */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Trial } from '../../../src/ml/uplift/trial.ts';

interface Reference extends Readonly<
  Record<'t-learner' | 'x-learner' | 'transformed-outcome' | 'scores' | 'meanOfScores', readonly number[]>
> {
  readonly trial: Readonly<Record<'arm' | 'outcome' | 'propensity' | 'fold', readonly number[]>> & {
    readonly inputs: readonly (readonly [number, number])[];
  };
  readonly expected: Readonly<Record<'control' | 'treated', readonly number[]>>;
  readonly rankings: readonly {
    readonly priority: readonly number[];
    readonly average: number;
    readonly autoc: number;
    readonly qini: number;
  }[];
  readonly replay: Readonly<
    Record<'action' | 'policy' | 'propensity' | 'outcome' | 'expected', readonly number[]> &
      Record<'value' | 'standardError' | 'effectiveSample', number>
  >;
}

export const reference = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../oracles/uplift-reference.json'), 'utf8'),
) as Reference;

const { inputs, arm, outcome, propensity, fold } = reference.trial;
export const trial: Trial = {
  table: {
    rowCount: arm.length,
    columns: ([0, 1] as const).map((k) => ({
      kind: 'number',
      name: `x${k}`,
      values: Float64Array.from(inputs, (row) => row[k]),
    })),
  },
  arm: Uint8Array.from(arm),
  outcome: Uint8Array.from(outcome),
  propensity: Float64Array.from(propensity),
};
export const foldOf = Uint8Array.from(fold);
/** As scikit-learn's: straight lines. */
export const base = { family: 'logistic', params: { knots: 0, l2: 1 } } as const;
