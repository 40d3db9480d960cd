/** Retraining by itself: the newest dataset with a churn label gives a challenger, which people compare and activate. */
import type { Db } from '../../db.ts';
import { listDatasets } from '../../store/datasets.ts';
import type { Dataset } from '../../store/datasets.ts';
import { getSettings } from '../../store/settings.ts';
import type { Retraining } from '../../store/settings.ts';
import { listTrainings } from '../../store/trainings.ts';
import type { TrainingRecord } from '../../store/trainings.ts';
import { readLabel } from '../datasets/labels/definition.ts';
import { optionsFor } from '../training/options.ts';
import { queueTraining } from '../training/queue.ts';
import { startWhenDue } from './runs.ts';

const mostLookedAt = 1_000;

/** A dataset that was learned from already is left alone. */
export async function retrainWhenDue(db: Db): Promise<void> {
  await startWhenDue(db, 'retraining', async (trx, { datasetId, userId }) => {
    const dataset = await newestWithLabel(trx);
    return dataset === null || dataset.id === datasetId ? {} : start(trx, dataset, userId);
  });
}

/** The training of the last run. */
export async function lastRetraining(db: Db): Promise<TrainingRecord | null> {
  const { trainingId } = (await getSettings(db)).retraining;
  return (await listTrainings(db, mostLookedAt)).find(({ id }) => id === trainingId) ?? null;
}

/** What the next run would learn from; null: there is none. */
export async function newestWithLabel(db: Db): Promise<Dataset | null> {
  const usable = (await listDatasets(db)).filter(
    ({ state, isSample, label }) => state === 'ready' && !isSample && readLabel(label) !== null,
  );
  return usable.reduce<Dataset | null>((newest, one) => (newest && newest.id > one.id ? newest : one), null);
}

async function start(
  trx: Db,
  dataset: Dataset,
  userId: number | null,
): Promise<Pick<Retraining, 'trainingId' | 'datasetId'>> {
  const trainingId = await queueTraining(
    trx,
    { id: userId },
    {
      datasetId: dataset.id,
      name: `${dataset.name}, retrained`.slice(0, 100),
      options: { ...optionsFor('thorough'), isChallenger: true },
    },
  );
  return { trainingId, datasetId: dataset.id };
}
