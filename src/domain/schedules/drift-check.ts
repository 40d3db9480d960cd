/** A drift check by itself: the latest scores of all customers against what the active model learned from. */
import type { Config } from '../../config.ts';
import type { Db } from '../../db.ts';
import { isoTimeOf } from '../../db/clock.ts';
import { createFormatter } from '../../format.ts';
import { findNewestScored } from '../../store/batches.ts';
import { enqueueJob } from '../../store/jobs.ts';
import { findActiveModel } from '../../store/models.ts';
import { openScoreStore } from '../../store/score-files/store.ts';
import { getSettings, saveSettings } from '../../store/settings.ts';
import type { DriftFound } from '../../store/settings.ts';
import { checkAlertsLater } from '../alerts/due.ts';
import { done } from '../jobs/steps.ts';
import type { JobOutcome } from '../jobs/steps.ts';
import { describeDrift } from '../monitoring/drift-words.ts';
import { fileFindings } from '../monitoring/findings.ts';
import { countLatestScores } from '../monitoring/latest-scores.ts';
import { startWhenDue } from './runs.ts';

interface CheckEnv {
  readonly db: Db;
  readonly config: Config;
}

/** Nothing is checked before the active model has scored a file. */
export async function checkDriftWhenDue(db: Db): Promise<void> {
  await startWhenDue(db, 'driftCheck', async (trx, { userId }) => {
    const model = await findActiveModel(trx);
    if (model)
      await enqueueJob(trx, {
        kind: 'check-drift',
        payload: { checkedModelId: model.id },
        subject: 'Check the latest scores for drift',
        createdBy: userId,
      });
    return {};
  });
}

/** What is found is stored with the end of the job, and checked for alerts. */
export async function checkDrift(env: CheckEnv): Promise<JobOutcome> {
  const found = await findDrift(env);
  return done(async (trx) => {
    await endDriftCheck(trx, { found, error: null });
    await checkAlertsLater(trx);
  });
}

/** A run that failed says so to receivers of alerts. Call in a transaction. */
export async function failDriftCheck(trx: Db, error: string): Promise<void> {
  await endDriftCheck(trx, { error });
  await checkAlertsLater(trx);
}

async function endDriftCheck(
  trx: Db,
  change: { readonly found?: DriftFound | null; readonly error: string | null },
): Promise<void> {
  const { driftCheck } = await getSettings(trx);
  await saveSettings(trx, { driftCheck: { ...driftCheck, ...change } });
}

/** Null: there are no scores of the active model, or nothing says what it learned from. */
async function findDrift({ db, config }: CheckEnv): Promise<DriftFound | null> {
  const [model, batch] = [await findActiveModel(db), await findNewestScored(db)];
  if (model === undefined || batch === null) return null;
  const counts = await countLatestScores(openScoreStore(db, config), config, model);
  if (counts === null || counts.file.rowCount === 0) return null;
  const settings = await getSettings(db);
  const findings = fileFindings(counts, { model, settings });
  const money = findings.harm?.money ?? null;
  return {
    ...{ modelId: model.id, batchId: batch.id, checkedAt: await isoTimeOf(db) },
    ...{ customers: findings.rowCount, severity: findings.severity },
    money: money && Math.abs(money),
    detail: describeDrift(findings, createFormatter(settings).money),
  };
}
