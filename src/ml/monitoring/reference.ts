/**
 * What a model remembers of the rows that it learned from, so that later files can be compared with them.
 *
 * Method: numbers are counted in tenths of the training rows (deciles; a number with at most ten values has a bin for each, and
 * frequent values have one of their own, see tree/bins.ts), categories by level: the most frequent by name, all others together. Mean
 * reasons are those of held-out rows, with calibrated probabilities.
 * Assumptions: rows stand for the customers whom the model was made for. Counts name no customer.
 */
import type { Scores } from '../estimator.ts';
import type { Feature } from '../data/schema.ts';
import { takeRows, UNSEEN } from '../data/table.ts';
import type { CategoryColumn, NumberColumn, Table } from '../data/table.ts';
import { fitBins } from '../tree/bins.ts';

export interface Reference {
  /** Training rows that were counted. */
  readonly rowCount: number;
  /** In the order of the schema. */
  readonly features: readonly FeatureReference[];
  /** Mean contribution of each feature to the probability of held-out customers, signed. */
  readonly meanReasons: readonly number[];
}

export type FeatureReference = NumberReference | LevelReference;

interface CountedFeature {
  readonly name: string;
  /** Rows by bin. */
  readonly counts: readonly number[];
  /** Rows without a value. */
  readonly missing: number;
}

/** Dates are days since 1970-01-01. */
export interface NumberReference extends CountedFeature {
  readonly kind: 'number';
  /** Ascending, one fewer than bins: a value lies in bin #{edges ≤ value}. */
  readonly edges: readonly number[];
  /** The least and the greatest training value; null: there was none. */
  readonly range: { readonly min: number; readonly max: number } | null;
}

/** The last count is that of all other levels. */
export interface LevelReference extends CountedFeature {
  readonly kind: 'level';
  /** The most frequent ones, falling. */
  readonly levels: readonly string[];
  /** Rows whose level no other row has: about as many rows of a further file have levels that are new. */
  readonly seenOnce: number;
}

const deciles = 10;
/** Levels that are counted by name. */
export const namedLevels = 30;
const explainedRows = 1_000;

export interface ReferenceRows {
  readonly features: readonly Feature[];
  /** Training rows, encoded with the features. */
  readonly table: Table;
  /** Rows that the model did not learn from. */
  readonly heldOut: Table;
  readonly score: (rows: Table) => Scores;
}

export function describeRows({ features, table, heldOut, score }: ReferenceRows): Reference {
  return {
    rowCount: table.rowCount,
    features: table.columns.map((column, j) =>
      column.kind === 'number' ? describeNumbers(column, features[j]!) : describeLevels(column),
    ),
    meanReasons: meanReasonsOf(score(evenlySpaced(heldOut, explainedRows))),
  };
}

function describeNumbers(column: NumberColumn, { range }: Feature): NumberReference {
  const { name, values } = column;
  const [bins] = fitBins({ rowCount: values.length, columns: [column] }, deciles);
  const edges = bins?.kind === 'number' ? [...bins.edges] : [];
  const counts = new Array<number>(edges.length + 1).fill(0);
  let missing = 0;
  for (const value of values) {
    if (Number.isNaN(value)) missing++;
    else counts[edges.findLastIndex((edge) => edge <= value) + 1]!++;
  }
  return {
    kind: 'number',
    name,
    edges,
    counts,
    missing,
    range: range && { min: range.min, max: range.max },
  };
}

function describeLevels({ name, levels, codes }: CategoryColumn): LevelReference {
  const all = new Array<number>(levels.length).fill(0);
  let unseen = 0;
  let missing = 0;
  for (const code of codes) {
    if (code >= 0) all[code]!++;
    else if (code === UNSEEN) unseen++;
    else missing++;
  }
  const order = [...all.keys()].sort((a, b) => all[b]! - all[a]! || a - b);
  const named = order.slice(0, namedLevels);
  const counts = named.map((code) => all[code]!);
  const others = order.slice(namedLevels).reduce((sum, code) => sum + all[code]!, 0);
  return {
    kind: 'level',
    name,
    levels: named.map((code) => levels[code]!),
    counts: [...counts, others],
    missing,
    seenOnce: unseen + all.filter((count) => count === 1).length,
  };
}

function meanReasonsOf({ probabilities, explanation: { contributions, featureCount } }: Scores): number[] {
  const sums = new Array<number>(featureCount).fill(0);
  for (let i = 0; i < contributions.length; i++) sums[i % featureCount]! += contributions[i]!;
  return sums.map((sum) => sum / probabilities.length);
}

function evenlySpaced(table: Table, most: number): Table {
  const count = Math.min(most, table.rowCount);
  return takeRows(
    table,
    Int32Array.from({ length: count }, (_, i) => Math.floor((i * table.rowCount) / count)),
  );
}
