/** Scores and truth that the scripts in tests/oracles/ judge: logistic regression on sample.csv. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const oracles = resolve(import.meta.dirname, '../oracles');
const stored = JSON.parse(readFileSync(resolve(oracles, 'sklearn-reference.json'), 'utf8')) as {
  readonly logistic: { readonly probabilities: readonly number[] };
};

export const scores = Float64Array.from(stored.logistic.probabilities);

/** The same scores rounded to tenths, so that most of them tie. */
export const tied = scores.map((score) => Math.round(score * 10) / 10);

/** Churn is the last column of the sample, and none of its cells is quoted at the end. */
export const target = Uint8Array.from(
  readFileSync(resolve(oracles, 'sample.csv'), 'utf8').trim().split('\n').slice(1),
  (line) => (line.trim().endsWith(',Yes') ? 1 : 0),
);
