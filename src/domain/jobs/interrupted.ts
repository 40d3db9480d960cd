/** Records in a working state without a job, left by a database that was copied or edited in between. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { listBatches, updateBatch } from '../../store/batches.ts';
import { listCampaigns } from '../../store/campaigns.ts';
import { listDatasets, updateDataset } from '../../store/datasets.ts';
import { listOpenJobs } from '../../store/jobs.ts';
import { listPlans } from '../../store/plans.ts';
import { endRun, listQueries } from '../../store/queries.ts';
import { endScoreWrite, listOpenScoreWrites } from '../../store/score-writes.ts';
import { listTrainings } from '../../store/trainings.ts';
import { resumeRemoval } from '../batches/removal.ts';
import { stopLaunch } from '../campaigns/campaigns.ts';
import { stopPlan } from '../plans/plans.ts';
import { stopTraining } from '../training/queue.ts';

const mostLookedAt = 1_000;

/** At start: removals continue; everything else is marked as interrupted and can be started again. */
export async function healInterrupted(db: Db): Promise<void> {
  await inTransaction(db, async (trx) => {
    const jobs = await listOpenJobs(trx);
    const isWorkedOn = (key: string, id: number): boolean => jobs.some(({ payload }) => payload[key] === id);
    for (const batch of await listBatches(trx, mostLookedAt)) {
      if (batch.state === 'removing') await resumeRemoval(trx, null, batch);
      const isWorking = batch.state === 'checking' || batch.state === 'scoring';
      if (isWorking && !isWorkedOn('batchId', batch.id))
        await updateBatch(trx, batch.id, { state: 'failed', error: 'It was interrupted. Try it again.' });
    }
    for (const { id, state } of await listTrainings(trx, mostLookedAt))
      if ((state === 'queued' || state === 'running') && !isWorkedOn('trainingId', id))
        await stopTraining(trx, id, 'failed', 'It was interrupted. Start it again.');
    for (const { id, state } of await listCampaigns(trx))
      if (state === 'launching' && !isWorkedOn('campaignId', id))
        await stopLaunch(trx, id, 'It was interrupted. Launch it again.');
    for (const { id, state } of await listPlans(trx))
      if (state === 'working' && !isWorkedOn('planId', id))
        await stopPlan(trx, id, 'It was interrupted. Plan again.');
    for (const { id, state } of await listDatasets(trx))
      if (state === 'reading' && !isWorkedOn('datasetId', id))
        await updateDataset(trx, id, {
          state: 'failed',
          error: 'Its reading was interrupted. Remove it, or upload it again.',
        });
    for (const { id, state } of await listQueries(trx))
      if (state === 'reading' && !isWorkedOn('queryId', id))
        await endRun(trx, id, { state: 'failed', error: 'It was interrupted. Run it again.' });
    for (const { id } of await listOpenScoreWrites(trx))
      if (!isWorkedOn('scoreWriteId', id))
        await endScoreWrite(trx, id, { state: 'failed', error: 'It was interrupted. Write them again.' });
  });
}
