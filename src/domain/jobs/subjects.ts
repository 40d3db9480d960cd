/** The records that jobs work on, by the name of their number in a job's payload: one entry for each kind. */
import type { Db } from '../../db.ts';
import { listMessagesIn, updateMessage } from '../../store/alert-messages.ts';
import { listBatches, updateBatch } from '../../store/batches.ts';
import { listCampaigns } from '../../store/campaigns.ts';
import { listDatasets, updateDataset } from '../../store/datasets.ts';
import { failGrouping, listGroupings } from '../../store/groupings.ts';
import type { Job } from '../../store/jobs.ts';
import { failReading, listPastTests } from '../../store/past-tests.ts';
import { listPlans } from '../../store/plans.ts';
import { endRun, getQuery, listQueries } from '../../store/queries.ts';
import { endScoreWrite, listOpenScoreWrites } from '../../store/score-writes.ts';
import { listTrainings } from '../../store/trainings.ts';
import { checkAlertsLater } from '../alerts/due.ts';
import { markLatestLater } from '../batches/mark-latest.ts';
import { endRemoval } from '../batches/removal.ts';
import { stopLaunch } from '../campaigns/campaigns.ts';
import { failComparison } from '../datasets/labels/comparison.ts';
import { failStudies } from '../datasets/studies/studies.ts';
import { stopPlan } from '../plans/plans.ts';
import { relabelAfterScoring } from '../risk/relabelling.ts';
import { failDriftCheck } from '../schedules/drift-check.ts';
import { stopTraining } from '../training/queue.ts';

/** How work ended without a result. */
export type Ending = { readonly state: 'cancelled' } | { readonly state: 'failed'; readonly error: string };

interface Subject {
  /** The record says how its work ended. Called in a transaction. */
  readonly stop: (trx: Db, id: number, ending: Ending) => Promise<void>;
  /** The records that say that they are being worked on. */
  readonly listWorking: (trx: Db) => Promise<readonly number[]>;
  /** What a record says that nobody works on any more. */
  readonly interrupted: string;
}

const mostLookedAt = 1_000;

export const jobSubjects: Readonly<Record<string, Subject>> = {
  batchId: {
    stop: async (trx, id, ending) => {
      await updateBatch(trx, id, ending);
      if (ending.state === 'cancelled') await relabelAfterScoring(trx, id);
      await markLatestLater(trx, id);
    },
    listWorking: async (trx) => idsIn(await listBatches(trx, mostLookedAt), 'checking', 'scoring'),
    interrupted: 'It was interrupted. Try it again.',
  },
  datasetId: {
    stop: (trx, id, ending) =>
      updateDataset(trx, id, {
        state: 'failed',
        error: wordsOf(ending, 'Its reading was cancelled. Remove it, or upload it again.'),
      }),
    listWorking: async (trx) => idsIn(await listDatasets(trx), 'reading'),
    interrupted: 'Its reading was interrupted. Remove it, or upload it again.',
  },
  trainingId: {
    stop: (trx, id, ending) =>
      stopTraining(trx, id, ending.state, ending.state === 'failed' ? ending.error : null),
    listWorking: async (trx) => idsIn(await listTrainings(trx, mostLookedAt), 'queued', 'running'),
    interrupted: 'It was interrupted. Start it again.',
  },
  comparisonOf: {
    stop: (trx, id, ending) => failComparison(trx, id, wordsOf(ending)),
    // A dataset stays usable while its labels are compared.
    listWorking: () => Promise.resolve([]),
    interrupted: '',
  },
  studyOf: {
    stop: (trx, id, ending) => failStudies(trx, id, wordsOf(ending)),
    // A dataset stays usable while it is studied.
    listWorking: () => Promise.resolve([]),
    interrupted: '',
  },
  campaignId: {
    stop: (trx, id, ending) => stopLaunch(trx, id, wordsOf(ending, 'The launch was cancelled.')),
    listWorking: async (trx) => idsIn(await listCampaigns(trx), 'launching'),
    interrupted: 'It was interrupted. Launch it again.',
  },
  planId: {
    stop: (trx, id, ending) => stopPlan(trx, id, wordsOf(ending)),
    listWorking: async (trx) => idsIn(await listPlans(trx), 'working'),
    interrupted: 'It was interrupted. Plan again.',
  },
  pastTestId: {
    stop: (trx, id, ending) => failReading(trx, id, wordsOf(ending)),
    listWorking: async (trx) => idsIn(await listPastTests(trx), 'reading'),
    interrupted: 'It was interrupted. Read it again.',
  },
  groupingId: {
    stop: (trx, id, ending) => failGrouping(trx, id, wordsOf(ending)),
    listWorking: async (trx) => idsIn(await listGroupings(trx), 'working'),
    interrupted: 'It was interrupted. Group the customers again.',
  },
  queryId: {
    stop: async (trx, id, ending) => {
      await endRun(trx, id, ending);
      const isScheduled = (await getQuery(trx, id)).scheduledFrom !== null;
      if (ending.state === 'failed' && isScheduled) await checkAlertsLater(trx);
    },
    listWorking: async (trx) => idsIn(await listQueries(trx), 'reading'),
    interrupted: 'It was interrupted. Run it again.',
  },
  scoreWriteId: {
    stop: endScoreWrite,
    listWorking: async (trx) => (await listOpenScoreWrites(trx)).map(({ id }) => id),
    interrupted: 'It was interrupted. Write them again.',
  },
  checkedModelId: {
    stop: (trx, _id, ending) => failDriftCheck(trx, wordsOf(ending)),
    listWorking: () => Promise.resolve([]),
    interrupted: '',
  },
  messageId: {
    stop: (trx, id, ending) =>
      updateMessage(trx, id, { state: 'failed', error: wordsOf(ending), nextTryAt: null }),
    listWorking: async (trx) => idsIn(await listMessagesIn(trx, 'queued'), 'queued'),
    interrupted: 'Sending it was interrupted.',
  },
};

/** The records of a job that was cancelled or has failed say so. Call in the transaction that ends the job. */
export async function stopSubjects(trx: Db, payload: Job['payload'], ending: Ending): Promise<void> {
  await endRemoval(trx, payload, wordsOf(ending));
  for (const [key, { stop }] of Object.entries(jobSubjects)) {
    const id = payload[key];
    if (typeof id === 'number') await stop(trx, id, ending);
  }
}

function wordsOf(ending: Ending, cancelled = 'It was cancelled.'): string {
  return ending.state === 'failed' ? ending.error : cancelled;
}

function idsIn(
  records: readonly { readonly id: number; readonly state: string }[],
  ...states: readonly string[]
): number[] {
  return records.filter(({ state }) => states.includes(state)).map(({ id }) => id);
}
