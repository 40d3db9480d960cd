/**
 * What a file says about its model: harm first, then what has changed, and what is to be expected of the model without knowing
 * outcomes. The numbers are those of ml/monitoring/; here they are weighed.
 */
import type { ThresholdRow } from '../../ml/evaluation/curves.ts';
import { findChanges } from '../../ml/monitoring/drift.ts';
import type { ChangeKind, FeatureChange } from '../../ml/monitoring/drift.ts';
import { byThreshold, expectPerformance } from '../../ml/monitoring/expected-performance.ts';
import type { ExpectedPerformance } from '../../ml/monitoring/expected-performance.ts';
import type { Stability } from '../../ml/monitoring/stability.ts';
import type { BatchCounts } from '../../store/batch-count-documents.ts';
import { findHarm } from './harm.ts';
import type { Harm, HarmTerms } from './harm.ts';

/** Severe: act before the scores are used. Warning: look into it. Note: it hardly moves the scores. */
export const severities = ['severe', 'warning', 'note'] as const;
export type Severity = (typeof severities)[number];

export interface Finding {
  /** 'scores': their distribution has changed; 'profit': what contacting customers is expected to earn. */
  readonly kind: ChangeKind | 'scores' | 'profit';
  /** The column; null: the file as a whole. */
  readonly column: string | null;
  readonly severity: Severity;
  /** By how much it moves the mean churn probability, in probability; null: not known. */
  readonly points: number | null;
  /** In expected profit of the file; null: not known. */
  readonly money: number | null;
}

export interface FileFindings {
  readonly rowCount: number;
  /** Null: none. */
  readonly severity: Severity | null;
  /** The most severe first, of these the ones with the largest effect. */
  readonly findings: readonly Finding[];
  readonly harm: Harm | null;
  readonly features: readonly (FeatureChange & { readonly points: number | null })[];
  readonly scores: ScoreFindings;
  /** Null: there are no customers. */
  readonly performance: ExpectedPerformance | null;
}

interface ScoreFindings {
  readonly stability: Stability | null;
  readonly hasChanged: boolean;
  /** Customers by hundredth of the probability, 0 to 1; null: the model does not say them of held-out ones. */
  readonly heldOut: readonly number[] | null;
  readonly file: readonly number[];
}

/** From here on, mean probabilities are moved so far that risk levels and actions change for many. */
const severePoints = 0.02;
const fewPoints = 0.005;
/** Of the profit a customer of held-out customers. */
const severeShare = 0.2;

/** Of a file that was counted; plain data, so that pages and alerts can use it. */
export function fileFindings({ reference, file }: BatchCounts, terms: HarmTerms): FileFindings {
  const { evaluation, threshold } = terms.model;
  const heldOut = evaluation.report ? customersByHundredth(evaluation.report.sweep) : null;
  const scored = byThreshold(file.scores);
  const scores = heldOut && scoreBins(heldOut, scored);
  const change = findChanges(reference, { ...file, scores });
  const harm = findHarm(file, terms);
  const features = change.features.map((feature, j) => ({
    ...feature,
    points: file.meanReasons && file.meanReasons[j]! - reference.meanReasons[j]!,
  }));
  const changes = [
    ...(change.haveScoresChanged ? [scoreFinding(harm)] : []),
    ...features.flatMap(columnFindings),
  ];
  // Held-out customers are few, too: without any change, a difference in profit says how lucky they were.
  const findings = [...(changes.length > 0 ? profitFindings(harm) : []), ...changes].sort(bySeverity);
  return {
    rowCount: file.rowCount,
    severity: findings[0]?.severity ?? null,
    findings,
    harm,
    features,
    scores: { stability: change.scores, hasChanged: change.haveScoresChanged, heldOut, file: scored },
    performance: expectPerformance(file, threshold, evaluation.holdoutRows),
  };
}

function profitFindings(harm: Harm | null): Finding[] {
  if (harm?.profit == null || !harm.isBeyondChance) return [];
  const { then, now } = harm.profit;
  const isSevere = Math.abs(now.value - then.value) >= severeShare * Math.abs(then.value);
  if (!isSevere) return [];
  return [{ kind: 'profit', column: null, severity: 'severe', points: movedBy(harm), money: harm.money }];
}

function scoreFinding(harm: Harm | null): Finding {
  return {
    kind: 'scores',
    column: null,
    severity: 'warning',
    points: harm && movedBy(harm),
    money: harm?.money ?? null,
  };
}

function columnFindings({
  name,
  changes,
  points,
}: FeatureChange & { readonly points: number | null }): Finding[] {
  const severity = points === null ? 'warning' : severityOf(Math.abs(points));
  return changes.map((kind) => ({ kind, column: name, severity, points, money: null }));
}

function severityOf(points: number): Severity {
  if (points >= severePoints) return 'severe';
  return points >= fewPoints ? 'warning' : 'note';
}

function movedBy({ meanProbability: { then, now } }: Harm): number {
  return now - then;
}

function bySeverity(a: Finding, b: Finding): number {
  const rank = ({ severity, column }: Finding): number =>
    2 * severities.indexOf(severity) + Number(column !== null);
  return rank(a) - rank(b) || Math.abs(b.points ?? 0) - Math.abs(a.points ?? 0);
}

/** Tenths of the held-out customers by score, as far as hundredths allow, and customers of a file in the same bins. */
function scoreBins(heldOut: readonly number[], file: readonly number[]) {
  const tenth = heldOut.reduce((sum, count) => sum + count, 0) / 10;
  const [then, now] = [[0], [0]];
  heldOut.forEach((count, step) => {
    if (then.at(-1)! >= tenth) {
      then.push(0);
      now.push(0);
    }
    then[then.length - 1]! += count;
    now[now.length - 1]! += file[step]!;
  });
  return { then, now };
}

/** Of a sweep, which adds them up from above. */
function customersByHundredth(sweep: readonly ThresholdRow[]): number[] {
  const from = sweep.map(({ truePositives, falsePositives }) => truePositives + falsePositives);
  return from.map((count, step) => count - (from[step + 1] ?? 0));
}
