/** A challenger scores the same customers as the active model, for comparison only. */
import { join } from 'node:path';
import type { Db } from '../../db.ts';
import { pearson } from '../../ml/checks/association.ts';
import { findBatch, getBatch } from '../../store/batches.ts';
import { enqueueJob } from '../../store/jobs.ts';
import { findChallenger } from '../../store/models.ts';
import { listPairedScores, openChallengerRun } from '../../store/score-files/challengers.ts';
import { despiteDamage } from '../../store/score-files/damage.ts';
import { challengerFile } from '../../store/score-files/names.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { getSettings } from '../../store/settings.ts';
import { isBeingRemoved } from '../batches/removal.ts';
import { cancelled, done } from '../jobs/steps.ts';
import type { JobOutcome, JobSteps } from '../jobs/steps.ts';
import { readModelFile } from './files.ts';
import { riskLevelOf } from '../risk/levels.ts';
import type { RiskLevel } from '../risk/levels.ts';
import { scoreColumns } from '../scoring/column-scoring.ts';

export interface ChallengerComparison {
  /** Customers that both scored, the newest 20,000 at most. */
  readonly customers: number;
  readonly meanChampion: number;
  readonly meanChallenger: number;
  /** Pearson's r of both probabilities. */
  readonly correlation: number;
  /** Share of customers on the same risk level. */
  readonly sameLevel: number;
  /** Share of the champion's highest-risk tenth that is in the challenger's too. */
  readonly sameTopDecile: number;
}

const mostCompared = 20_000;

/** Queues the job. Call in the transaction that finishes a batch. Does nothing without a challenger. */
export async function challengeLater(trx: Db, batchId: number): Promise<void> {
  const challenger = await findChallenger(trx);
  if (!challenger) return;
  const { originalName } = await getBatch(trx, batchId);
  await enqueueJob(trx, {
    kind: 'challenge-batch',
    payload: { challengedBatchId: batchId },
    subject: `Compare ${challenger.label} on ${originalName}`,
    createdBy: null,
  });
}

/** Scores the customers of a batch with the challenger. Does nothing if there is none any more. */
export async function challengeBatch(
  store: ScoreStore,
  modelsDir: string,
  batchId: number,
  { step }: JobSteps,
): Promise<JobOutcome> {
  const record = await findChallenger(store.db);
  const batch = await findBatch(store.db, batchId);
  if (!record || !batch || isBeingRemoved(batch)) return done();
  const model = await readModelFile(modelsDir, record);
  const run = await openChallengerRun(store, batchId, record.id);
  if (!run) return done();
  try {
    for (;;) {
      const answer = await step(run.rowsDone, batch.scoredCount);
      if (answer !== 'go on') return answer === 'stop' ? 'stopped' : cancelled();
      const group = run.next();
      if (!group) {
        const path = join(store.folder, challengerFile(batch.file, record.id));
        const stored = await store.files?.put(store.db, [{ path }]);
        return done(async (trx) => stored?.note(trx));
      }
      run.append(scoreColumns(model, group));
    }
  } finally {
    run.close();
  }
}

/** Null while no customer has been scored by both. */
export async function compareChallenger(
  store: ScoreStore,
  modelId: number,
): Promise<ChallengerComparison | null> {
  const { champion, challenger } = await despiteDamage(store.db, () =>
    listPairedScores(store, modelId, mostCompared),
  );
  if (champion.length === 0) return null;
  const settings = await getSettings(store.db);
  const levelOf = (probability: number): RiskLevel => riskLevelOf(probability, settings);
  const same = champion.filter((probability, i) => levelOf(probability) === levelOf(challenger[i]!));
  return {
    customers: champion.length,
    meanChampion: mean(champion),
    meanChallenger: mean(challenger),
    correlation: pearson(champion, challenger),
    sameLevel: same.length / champion.length,
    sameTopDecile: overlap(topDecile(champion), topDecile(challenger)),
  };
}

function topDecile(scores: Float64Array): Set<number> {
  const order = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
  return new Set(order.slice(0, Math.max(1, Math.floor(scores.length / 10))));
}

function overlap(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  return [...a].filter((place) => b.has(place)).length / a.size;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
