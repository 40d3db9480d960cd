/**
 * How good a model turned out to be: its scores of files beside what became of the customers within a time. Customers who were
 * contacted in that time are left out, since contact may have kept them. A file is read when that time is over: before, those who
 * left early are known, and those who stay are not.
 */
import { timeOf } from '../../db/clock.ts';
import { aucDifference } from '../../ml/evaluation/auc-difference.ts';
import type { AucDifference } from '../../ml/evaluation/auc-difference.ts';
import { metricIntervals } from '../../ml/evaluation/intervals.ts';
import type { MetricIntervals } from '../../ml/evaluation/intervals.ts';
import { computeMetrics } from '../../ml/evaluation/metrics.ts';
import type { Metrics } from '../../ml/evaluation/metrics.ts';
import { wilsonInterval } from '../../ml/evaluation/wilson.ts';
import type { Interval } from '../../ml/evaluation/wilson.ts';
import { createRandom } from '../../ml/math/random.ts';
import { visitSeenDays } from '../../store/outcomes.ts';
import { visitPastActions } from '../../store/past-actions.ts';
import { readChallengerScores } from '../../store/score-files/challengers.ts';
import { textAt } from '../../store/score-files/encoding.ts';
import { GroupView } from '../../store/score-files/group-view.ts';
import type { ScoreFile } from '../../store/score-files/reader.ts';
import { listScoredBatches, withScoresOf } from '../../store/score-files/store.ts';
import type { ScoreStore, ScoredBatch } from '../../store/score-files/store.ts';
import { getSettings } from '../../store/settings.ts';
import { addDays, today } from '../campaigns/days.ts';
import { outcomeOf } from '../campaigns/member-outcome.ts';
import type { Horizon } from '../campaigns/member-outcome.ts';

export interface LiveFile {
  readonly batchId: number;
  readonly name: string;
  /** Days such as `2026-11-20`. */
  readonly scoredOn: string;
  readonly endsOn: string;
  /** Null: the time is not over. */
  readonly outcome: LiveOutcome | null;
}

export interface LiveOutcome {
  /** Customers with a known outcome who were not contacted, and those of them who left. */
  readonly known: number;
  readonly left: number;
  /** Share that left, 95 %. */
  readonly rate: Interval;
  /** What their probabilities add up to. */
  readonly expectedLeft: number;
  /** Customers with a known outcome who were contacted. */
  readonly contacted: number;
  /** Null: too few of one class. */
  readonly figures: { readonly metrics: Metrics; readonly intervals: MetricIntervals } | null;
  /** ROC AUC of the challenger minus that of the model, on customers whom both scored; null: there is none. */
  readonly challenger: AucDifference | null;
}

export interface LiveRequest {
  readonly modelId: number;
  readonly threshold: number;
  readonly challengerId: number | null;
  /** Days after a score within which leaving counts. */
  readonly days: number;
}

/** Reading a file of a million customers takes a second or two. */
export const mostLiveFiles = 6;
const fewestOfClass = 10;

/** The newest files first. */
export async function readLiveFiles(store: ScoreStore, request: LiveRequest): Promise<LiveFile[]> {
  const { timeZone } = await getSettings(store.db);
  const day = today(timeZone, await timeOf(store.db));
  const batches = await listScoredBatches(store.db, (query) => {
    void query
      .where({ 'batches.model_id': request.modelId, 'batches.state': 'done' })
      .whereNull('scores_problem');
  });
  const files: LiveFile[] = [];
  for (const batch of batches.reverse().slice(0, mostLiveFiles)) {
    const scoredOn = today(timeZone, new Date(batch.createdAt));
    const endsOn = addDays(scoredOn, request.days);
    const horizon = { launchedOn: scoredOn, endsOn };
    const outcome = endsOn <= day ? await readOutcome(store, batch, horizon, request) : null;
    files.push({ batchId: batch.id, name: batch.name, scoredOn, endsOn, outcome });
  }
  return files;
}

async function readOutcome(
  store: ScoreStore,
  batch: ScoredBatch,
  horizon: Horizon,
  request: LiveRequest,
): Promise<LiveOutcome> {
  const outcomes = await readKnown(store, horizon);
  const contacted = await readContacted(store, horizon);
  const rows = withScoresOf(store, batch, (file) => {
    const challenger = request.challengerId;
    const others = challenger === null ? [] : readChallengerScores(store, batch, challenger, file);
    return joinOutcomes(file, { outcomes, contacted }, others);
  });
  return { ...summaryOf(rows), figures: figuresOf(rows, request.threshold), challenger: compare(rows) };
}

async function readKnown({ db }: ScoreStore, horizon: Horizon): Promise<Map<string, boolean>> {
  const outcomes = new Map<string, boolean>();
  await visitSeenDays(db, (customerId, days) => {
    const outcome = outcomeOf(days, horizon);
    if (outcome === 'left' || outcome === 'stayed') outcomes.set(customerId, outcome === 'left');
  });
  return outcomes;
}

async function readContacted({ db }: ScoreStore, { launchedOn, endsOn }: Horizon): Promise<Set<string>> {
  const contacted = new Set<string>();
  const period = { from: `${launchedOn}T00:00:00.000Z`, until: `${endsOn}T23:59:59.999Z`, customerId: null };
  await visitPastActions(db, period, ({ customerId }) => {
    contacted.add(customerId);
  });
  return contacted;
}

interface Joined {
  readonly probability: number[];
  /** NaN: not scored. */
  readonly challenger: number[];
  readonly target: number[];
  contacted: number;
}

interface Known {
  readonly outcomes: ReadonlyMap<string, boolean>;
  readonly contacted: ReadonlySet<string>;
}

function joinOutcomes(
  file: ScoreFile,
  { outcomes, contacted }: Known,
  others: readonly Float64Array[],
): Joined {
  const joined: Joined = { probability: [], challenger: [], target: [], contacted: 0 };
  if (outcomes.size === 0) return joined;
  for (const group of file.groups.keys()) {
    const view = new GroupView(file, group);
    const identifiers = view.identifiers();
    const probability = view.column('probability');
    for (let row = 0; row < view.rowCount; row++) {
      const customerId = textAt(identifiers, row);
      const hasLeft = outcomes.get(customerId);
      if (hasLeft === undefined) continue;
      if (contacted.has(customerId)) joined.contacted++;
      else {
        joined.probability.push(probability[row]!);
        joined.challenger.push(others[group]?.[row] ?? NaN);
        joined.target.push(Number(hasLeft));
      }
    }
    view.release();
  }
  return joined;
}

function summaryOf({ probability, target, contacted }: Joined) {
  const known = target.length;
  const left = target.reduce((sum, one) => sum + one, 0);
  const expectedLeft = probability.reduce((sum, p) => sum + p, 0);
  return { known, left, rate: wilsonInterval(left, known), expectedLeft, contacted };
}

function hasBothClasses(target: ArrayLike<number>): boolean {
  const left = Array.from(target).reduce((sum, one) => sum + one, 0);
  return Math.min(left, target.length - left) >= fewestOfClass;
}

function figuresOf(rows: Joined, threshold: number): LiveOutcome['figures'] {
  if (!hasBothClasses(rows.target)) return null;
  const [scores, target] = [Float64Array.from(rows.probability), Uint8Array.from(rows.target)];
  return {
    metrics: computeMetrics(scores, target, threshold),
    intervals: metricIntervals(scores, target, threshold, createRandom(1)),
  };
}

function compare({ probability, challenger, target }: Joined): AucDifference | null {
  const both = [...target.keys()].filter((i) => !Number.isNaN(challenger[i]!));
  const labels = Uint8Array.from(both, (i) => target[i]!);
  if (!hasBothClasses(labels)) return null;
  return aucDifference(
    Float64Array.from(both, (i) => challenger[i]!),
    Float64Array.from(both, (i) => probability[i]!),
    labels,
  );
}
