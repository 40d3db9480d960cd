/** What numpy and scipy say (tests/oracles/monitoring_reference.py). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ShareCount } from '../../../src/ml/monitoring/share-change.ts';

interface Reference {
  readonly stability: readonly {
    readonly then: readonly number[];
    readonly now: readonly number[];
    readonly psi: number;
    readonly explained: number;
    readonly probability: number;
  }[];
  readonly shares: readonly {
    readonly then: ShareCount;
    readonly now: ShareCount;
    readonly rise: number;
    readonly change: number;
  }[];
  readonly discovery: { readonly probabilities: readonly number[]; readonly named: readonly boolean[] };
  readonly expected: {
    readonly p: readonly number[];
    readonly threshold: number;
    readonly rocAuc: number;
    readonly logLoss: number;
    readonly brier: number;
    readonly precision: number;
  };
}

export const oracle = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../oracles/monitoring-reference.json'), 'utf8'),
) as Reference;
