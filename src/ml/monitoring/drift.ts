/**
 * What differs between the rows that a model learned from and those of a later file.
 *
 * Method: each column is tested for its distribution (stability.ts), for missing values, and for new levels or numbers outside the
 * training range (share-change.ts); the scores are tested for theirs. A change is named only if it is large, and if the procedure of
 * Benjamini and Hochberg (1995) over all tests of the file says that chance does not explain it. As size decides first, a verdict does
 * not change because a file is large: a PSI of 0.1, 5 points of missing values, 1 % of rows with new or outside values.
 * Rows with new levels are expected as often as levels stood once among the training rows (Good, 1953); beyond the greatest
 * of m training values, rows are expected as rarely as chance has it for values without any in training.
 * Assumptions: rows are independent; tests depend positively on each other where they depend at all. Where nothing has changed, 5 % of
 * files have a change named, at most.
 */
import { findDiscoveries } from '../math/false-discovery.ts';
import type { FeatureReference, Reference } from './reference.ts';
import { changeProbability, riseProbability } from './share-change.ts';
import { compareCounts } from './stability.ts';
import type { Stability } from './stability.ts';

export type ChangeKind = 'distribution' | 'missing' | 'new-levels' | 'outside';

/** Rows of a file by feature. */
export interface FeatureCounts {
  /** Rows by bin of the reference. */
  readonly counts: readonly number[];
  readonly missing: number;
  /** With a level that no training row has. */
  readonly fresh: number;
  readonly below: number;
  readonly above: number;
}

export interface FeatureChange {
  readonly name: string;
  /** Null: too few rows to tell. */
  readonly stability: Stability | null;
  /** What has changed, the most telling first; empty: nothing that can be told from chance and is large. */
  readonly changes: readonly ChangeKind[];
  /** Values are distributed differently, more than chance explains, and by at least half of what is large. */
  readonly isSlight: boolean;
}

export interface FileChange {
  /** In the order of the schema. */
  readonly features: readonly FeatureChange[];
  readonly scores: Stability | null;
  readonly haveScoresChanged: boolean;
}

/** From here on a change is large. */
const largeChange = { psi: 0.1, missing: 0.05, newLevels: 0.01, outside: 0.01 } as const;
const falseShare = 0.05;

interface Test {
  readonly kind: ChangeKind;
  readonly isLarge: boolean;
  readonly probability: number;
}

export interface FileCounts {
  readonly rowCount: number;
  readonly features: readonly FeatureCounts[];
  /** By bin, of held-out customers and of the file; null: the model has none. */
  readonly scores: { readonly then: readonly number[]; readonly now: readonly number[] } | null;
}

export function findChanges({ features, rowCount }: Reference, file: FileCounts): FileChange {
  const tested = features.map((feature, j) =>
    testFeature(feature, rowCount, file.features[j]!, file.rowCount),
  );
  const scores = file.scores && compareCounts(file.scores.then, file.scores.now);
  const tests = tested.flatMap((one) => one.tests);
  const isNamed = findDiscoveries(
    [...tests, ...(scores === null ? [] : [scores])].map(({ probability }) => probability),
    falseShare,
  );
  const named = new Set(tests.filter((test, i) => test.isLarge && isNamed[i]));
  return {
    features: tested.map(({ name, stability, tests: own }) => ({
      name,
      stability,
      changes: own.filter((test) => named.has(test)).map(({ kind }) => kind),
      isSlight:
        stability !== null && stability.psi >= largeChange.psi / 2 && stability.psi > stability.explained,
    })),
    scores,
    haveScoresChanged: scores !== null && scores.psi >= largeChange.psi && isNamed[tests.length] === true,
  };
}

function testFeature(feature: FeatureReference, trainingRows: number, now: FeatureCounts, rows: number) {
  const stability = compareCounts(feature.counts, now.counts);
  const then = { count: feature.missing, rows: trainingRows };
  const missing = { count: now.missing, rows };
  const tests: Test[] = [
    {
      kind: 'missing',
      isLarge: Math.abs(now.missing / rows - feature.missing / trainingRows) >= largeChange.missing,
      probability: changeProbability(then, missing),
    },
    feature.kind === 'level'
      ? newLevelTest(feature.seenOnce, trainingRows, now.fresh, rows)
      : outsideTest(trainingRows, now, rows),
  ];
  if (stability !== null)
    tests.unshift({
      kind: 'distribution',
      isLarge: stability.psi >= largeChange.psi,
      probability: stability.probability,
    });
  return { name: feature.name, stability, tests };
}

function newLevelTest(seenOnce: number, trainingRows: number, fresh: number, rows: number): Test {
  return {
    kind: 'new-levels',
    isLarge: fresh / rows >= largeChange.newLevels,
    probability: riseProbability(
      { count: Math.min(seenOnce, trainingRows), rows: trainingRows },
      { count: fresh, rows },
    ),
  };
}

/** The two ends are tests of their own, of which the more telling counts twice. */
function outsideTest(trainingRows: number, { below, above }: FeatureCounts, rows: number): Test {
  const most = Math.max(below, above);
  return {
    kind: 'outside',
    isLarge: (below + above) / rows >= largeChange.outside,
    probability: Math.min(1, 2 * riseProbability({ count: 0, rows: trainingRows }, { count: most, rows })),
  };
}
