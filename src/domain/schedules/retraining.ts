/** Retraining by itself: the newest dataset with a churn label gives a challenger, which people compare and activate. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { isoTimeOf, timeOf } from '../../db/clock.ts';
import { recordEvent } from '../../store/audit.ts';
import { listDatasets } from '../../store/datasets.ts';
import type { Dataset } from '../../store/datasets.ts';
import type { Schedule } from '../../store/schedule-terms.ts';
import { getSettings, saveSettings } from '../../store/settings.ts';
import type { Retraining } from '../../store/settings.ts';
import { listTrainings } from '../../store/trainings.ts';
import type { TrainingRecord } from '../../store/trainings.ts';
import { readLabel } from '../datasets/labels/definition.ts';
import type { User } from '../people/accounts.ts';
import { optionsFor } from '../training/options.ts';
import { queueTraining } from '../training/queue.ts';
import { nextTime } from './next-time.ts';

const mostLookedAt = 1_000;

/** The next run is after now. */
export async function changeRetraining(db: Db, user: User, schedule: Schedule): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { retraining: before } = await getSettings(trx);
    const scheduledFrom = schedule.repeats === 'never' ? null : await isoTimeOf(trx);
    await saveSettings(trx, { retraining: { ...before, ...schedule, userId: user.id, scheduledFrom } });
    const { repeats, weekday, atTime } = before;
    await recordEvent(trx, {
      userId: user.id,
      action: 'retraining.scheduled',
      subject: 'Retraining',
      before: { repeats, weekday, atTime },
      after: schedule,
    });
  });
}

/** In milliseconds since 1970; null: it does not run by itself. */
export function nextRetraining(retraining: Retraining, timeZone: string): number | null {
  const { scheduledFrom } = retraining;
  return scheduledFrom === null ? null : nextTime(retraining, Date.parse(scheduledFrom), timeZone);
}

/**
 * Starts a run that is due; any number of processes may ask. Runs that were missed are made up for by one. A dataset that was
 * learned from already is left alone.
 */
export async function retrainWhenDue(db: Db): Promise<void> {
  if (!(await isDue(db))) return;
  await inTransaction(db, async (trx) => {
    if (!(await isDue(trx))) return;
    const { retraining } = await getSettings(trx);
    const dataset = await newestWithLabel(trx);
    const isNew = dataset !== null && dataset.id !== retraining.datasetId;
    const run = isNew ? await start(trx, dataset, retraining.userId) : {};
    await saveSettings(trx, { retraining: { ...retraining, ...run, scheduledFrom: await isoTimeOf(trx) } });
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

async function isDue(db: Db): Promise<boolean> {
  const { retraining, timeZone } = await getSettings(db);
  return (nextRetraining(retraining, timeZone) ?? Infinity) <= (await timeOf(db));
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
