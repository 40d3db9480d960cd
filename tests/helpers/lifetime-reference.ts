/** What SciPy and statsmodels make of stored customers (tests/oracles/lifetime_reference.py). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Numbers = readonly number[];

/** null where nothing is known. */
export interface ReferenceCurve {
  readonly times: Numbers;
  readonly atRisk: Numbers;
  readonly survival: Numbers;
  readonly standardErrors: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  readonly median: readonly (number | null)[];
}

interface ReferenceFit {
  readonly params: Numbers;
  readonly standardErrors: Numbers;
  readonly logLikelihood: number;
}

interface Reference {
  readonly survival: Readonly<Record<'durations' | 'left' | 'group' | 'number', Numbers>> & {
    readonly all: ReferenceCurve;
    readonly groups: readonly ReferenceCurve[];
    readonly logRank: { readonly chiSquare: number; readonly pValue: number };
    readonly logRankOfTwo: { readonly chiSquare: number; readonly pValue: number };
    readonly hazards: {
      readonly periodEnds: Numbers;
      readonly personPeriods: number;
      /** Of the first 20 customers. */
      readonly survival: readonly Numbers[];
    };
  };
  readonly purchases: Readonly<Record<'repeats' | 'last' | 'end' | 'mean', Numbers>> & {
    readonly bgNbd: ReferenceFit;
    readonly gammaGamma: ReferenceFit & { readonly correlation: number };
    readonly forecasts: readonly {
      readonly params: Numbers;
      readonly history: Numbers;
      readonly time: number;
      readonly active: number;
      readonly ifActive: number;
    }[];
    readonly distribution: { readonly time: number; readonly shares: Numbers };
    readonly digamma: readonly (readonly [number, number])[];
  };
}

export const lifetimeReference = JSON.parse(
  readFileSync(join(import.meta.dirname, '../oracles/lifetime-reference.json'), 'utf8'),
) as Reference;
