/** What scipy and statsmodels make of stored cases (tests/oracles/experiments_reference.py). */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

interface Reading {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

interface Reference {
  readonly normal: readonly { share: number; value: number }[];
  readonly student: readonly { share: number; degreesOfFreedom: number; value: number }[];
  readonly beta: readonly { share: number; a: number; b: number; value: number }[];
  readonly chiSquareTail: readonly { x: number; degreesOfFreedom: number; value: number }[];
  readonly normalTail: readonly { x: number; value: number }[];
  readonly rows: Readonly<Record<'score' | 'stratum' | 'arm' | 'outcome' | 'money', readonly number[]>>;
  readonly stratified: Readonly<
    Record<
      'outcome' | 'money' | 'oneStratum',
      Reading & { readonly standardError: number; readonly degreesOfFreedom: number }
    >
  >;
  readonly adjusted: Readonly<Record<'outcome' | 'money', Reading & { readonly standardError: number }>>;
  readonly newcombe: readonly (Reading & {
    readonly treated: readonly [number, number];
    readonly control: readonly [number, number];
  })[];
  readonly stratifiedNewcombe: readonly (Reading & {
    readonly counts: readonly (readonly [number, number, number, number])[];
  })[];
  readonly sampleRatio: readonly { counts: number[]; shares: number[]; value: number }[];
  readonly harm: readonly {
    readonly groups: readonly { value: number; standardError: number }[];
    readonly probabilities: readonly number[];
    readonly harmed: readonly boolean[];
  }[];
  readonly saveRates: readonly {
    readonly prior: number;
    readonly customers: number;
    readonly campaigns: readonly { rate: number; variance: number }[];
    readonly mean: number;
    readonly low: number;
    readonly high: number;
  }[];
  readonly power: readonly {
    rate: number;
    reduction: number;
    size: number;
    share: number;
    value: number;
  }[];
}

export const reference = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../oracles/experiments-reference.json'), 'utf8'),
) as Reference;

const { rows } = reference;
/** 600 members in ten strata of the score, a fifth of them controls. */
export const members = {
  score: Float64Array.from(rows.score),
  stratum: Int32Array.from(rows.stratum),
  arm: Uint8Array.from(rows.arm),
  outcome: Float64Array.from(rows.outcome),
  money: Float64Array.from(rows.money),
};
