/** A challenger scores the same customers as the active model, for comparison only. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { pearson } from '../../ml/checks/association.ts';
import { findBatch, getBatch } from '../../store/batches.ts';
import { listBatchInputs, listPairedScores, saveChallengerScores } from '../../store/challenger-scores.ts';
import { enqueueJob } from '../../store/jobs.ts';
import { findChallenger } from '../../store/models.ts';
import { getSettings } from '../../store/settings.ts';
import { isBeingRemoved } from '../batches/removal.ts';
import { cancelled, done } from '../jobs/steps.ts';
import type { JobOutcome, JobSteps } from '../jobs/steps.ts';
import { readModelFile } from './files.ts';
import { scoreInputs } from './promotion-tests.ts';
import { riskLevelOf } from '../risk/levels.ts';

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

const rowsAtOnce = 1_000;
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
  db: Db,
  modelsDir: string,
  batchId: number,
  { step }: JobSteps,
): Promise<JobOutcome> {
  const record = await findChallenger(db);
  const batch = await findBatch(db, batchId);
  if (!record || !batch || isBeingRemoved(batch)) return done();
  const model = await readModelFile(modelsDir, record);
  for (let after = 0, seen = 0; ;) {
    const answer = await step(seen, batch.scoredCount);
    if (answer !== 'go on') return answer === 'stop' ? 'stopped' : cancelled();
    const rows = await listBatchInputs(db, batchId, after, rowsAtOnce);
    const last = rows.at(-1);
    if (!last) return done();
    const scores = scoreInputs(
      model,
      rows.map(({ inputs }) => inputs),
    ).flatMap((probability, i) =>
      probability === null ? [] : [{ predictionId: rows[i]!.id, modelId: record.id, probability }],
    );
    await inTransaction(db, (trx) => saveChallengerScores(trx, scores));
    after = last.id;
    seen += rows.length;
  }
}

/** Null while no customer has been scored by both. */
export async function compareChallenger(db: Db, modelId: number): Promise<ChallengerComparison | null> {
  const pairs = await listPairedScores(db, modelId, mostCompared);
  if (pairs.length === 0) return null;
  const settings = await getSettings(db);
  const champion = Float64Array.from(pairs, (pair) => pair.champion);
  const challenger = Float64Array.from(pairs, (pair) => pair.challenger);
  const same = pairs.filter(
    (pair) => riskLevelOf(pair.champion, settings) === riskLevelOf(pair.challenger, settings),
  );
  return {
    customers: pairs.length,
    meanChampion: mean(champion),
    meanChallenger: mean(challenger),
    correlation: pearson(champion, challenger),
    sameLevel: same.length / pairs.length,
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
