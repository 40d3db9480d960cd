/** Scores of a challenger, of customers whom the active model scored too. */
import type { Db } from '../db.ts';
import type { CellValue } from '../ml/data/values.ts';
import { readJson } from './json.ts';
import { Inputs } from './prediction-documents.ts';

export interface ChallengerScore {
  readonly predictionId: number;
  readonly modelId: number;
  readonly probability: number;
}

/** Predictions of a batch after `afterId`, in their order: what a challenger scores. */
export async function listBatchInputs(
  db: Db,
  batchId: number,
  afterId: number,
  limit: number,
): Promise<{ readonly id: number; readonly inputs: Readonly<Record<string, CellValue>> }[]> {
  const rows = await db<{ id: number; batch_id: number; inputs: string }>('predictions')
    .where({ batch_id: batchId })
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .select('id', 'inputs');
  return rows.map(({ id, inputs }) => ({
    id,
    inputs: readJson(Inputs, inputs, `inputs of prediction ${id}`),
  }));
}

/** A score that is saved again replaces the one before. */
export async function saveChallengerScores(db: Db, scores: readonly ChallengerScore[]): Promise<void> {
  for (let at = 0; at < scores.length; at += 200) {
    const rows = scores.slice(at, at + 200).map(({ predictionId, modelId, probability }) => ({
      prediction_id: predictionId,
      model_id: modelId,
      probability,
    }));
    await db('challenger_scores').insert(rows).onConflict(['prediction_id', 'model_id']).merge();
  }
}

/** Both probabilities of the customers that a challenger scored, newest first. */
export async function listPairedScores(
  db: Db,
  modelId: number,
  limit: number,
): Promise<{ readonly champion: number; readonly challenger: number }[]> {
  return db('challenger_scores')
    .join('predictions', 'predictions.id', 'challenger_scores.prediction_id')
    .where('challenger_scores.model_id', modelId)
    .orderBy('predictions.id', 'desc')
    .limit(limit)
    .select<{ champion: number; challenger: number }[]>({
      champion: 'predictions.probability',
      challenger: 'challenger_scores.probability',
    });
}
