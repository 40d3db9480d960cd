/** What checks look at, read once for all of them. */
import type { Config } from '../../config.ts';
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { DamagedScores } from '../../errors.ts';
import { listReadings } from '../../store/alert-readings.ts';
import type { AlertReading } from '../../store/alert-readings.ts';
import { findNewestScored } from '../../store/batches.ts';
import type { BatchSummary } from '../../store/batches.ts';
import { findActiveModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { noFilter } from '../../store/prediction-filters.ts';
import { openScoreStore } from '../../store/score-files/store.ts';
import { sumPredictions } from '../../store/score-files/totals.ts';
import { getSettings } from '../../store/settings.ts';
import type { Settings } from '../../store/settings.ts';
import { currentPopulation } from '../analytics/population.ts';
import { today } from '../campaigns/days.ts';

export interface AlertEnv {
  readonly db: Db;
  readonly config: Config;
}

export interface Scene {
  readonly db: Db;
  readonly settings: Settings;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The day that it is where the organisation is. */
  readonly day: string;
  /** The newest scored file of the organisation's own customers. */
  readonly batch: BatchSummary | null;
  readonly activeModel: ModelRecord | null;
  /** Of all customers after each file of the newest one's model, the newest first. */
  readonly readings: readonly AlertReading[];
}

/** Enough for the newest one and the two before it. */
const readingsNeeded = 3;

export async function readScene({ db, config }: AlertEnv): Promise<Scene> {
  const settings = await getSettings(db);
  const now = await timeOf(db);
  const batch = await findNewestScored(db);
  return {
    ...{ db, settings, now, batch },
    day: today(settings.timeZone, now),
    activeModel: (await findActiveModel(db)) ?? null,
    readings: batch ? await readReadings({ db, config }, batch) : [],
  };
}

/** Those before are stored; that of the newest file is read now, unless it was before. */
async function readReadings(env: AlertEnv, { id, modelId }: BatchSummary): Promise<readonly AlertReading[]> {
  if (modelId === null) return [];
  const stored = await listReadings(env.db, modelId, readingsNeeded);
  if (stored.some(({ batchId }) => batchId === id)) return stored;
  const reading = await readNow(env, { batchId: id, modelId });
  return reading === null ? [] : [reading, ...stored].slice(0, readingsNeeded);
}

/** Null while scores cannot be read. */
async function readNow(
  { db, config }: AlertEnv,
  of: Pick<AlertReading, 'batchId' | 'modelId'>,
): Promise<AlertReading | null> {
  const { filter: population } = await currentPopulation(db);
  try {
    const totals = await sumPredictions(openScoreStore(db, config), { ...noFilter, population });
    const { high, highRiskLoss, revenueAtRisk } = totals;
    return { ...of, highRisk: high, highRiskLoss, loss: revenueAtRisk };
  } catch (error) {
    if (error instanceof DamagedScores) return null;
    throw error;
  }
}
