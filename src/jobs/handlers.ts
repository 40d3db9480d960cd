/** The handler of each kind of job. A handler that stopped when asked is called again later and continues. */
import type { JobKind } from '../store/jobs.ts';
import { runBuildCustomers } from './build-customers.ts';
import { runChallengeBatch } from './challenge-batch.ts';
import { runCheckAlerts } from './check-alerts.ts';
import { runCheckBatch } from './check-batch.ts';
import { runCheckDrift } from './check-drift.ts';
import { runCompareLabels } from './compare-labels.ts';
import { runFirstStart } from './first-start.ts';
import type { JobHandler } from './job-handler.ts';
import { runMarkLatest } from './mark-latest.ts';
import { runLaunchCampaign } from './launch-campaign.ts';
import { runMakeGroups } from './make-groups.ts';
import { runMakePlan } from './make-plan.ts';
import { runReadDataset } from './read-dataset.ts';
import { runReadPastTest } from './read-past-test.ts';
import { runRelabelRisk } from './relabel-risk.ts';
import { runRemoveBatch } from './remove-batch.ts';
import { runRunQuery } from './run-query.ts';
import { runRetrain } from './retrain.ts';
import { runScoreBatch } from './score-batch.ts';
import { runStudyDataset } from './study-dataset.ts';
import { runSendMessage } from './send-message.ts';
import { runTrainModel } from './train-model.ts';
import { runWriteScores } from './write-scores.ts';

export const handlers: Readonly<Record<JobKind, JobHandler>> = {
  'check-batch': runCheckBatch,
  'score-batch': runScoreBatch,
  'mark-latest': runMarkLatest,
  'remove-batch': runRemoveBatch,
  'challenge-batch': runChallengeBatch,
  'first-start': runFirstStart,
  'relabel-risk': runRelabelRisk,
  'read-dataset': runReadDataset,
  'compare-labels': runCompareLabels,
  'build-customers': runBuildCustomers,
  'study-dataset': runStudyDataset,
  'train-model': runTrainModel,
  'launch-campaign': runLaunchCampaign,
  'make-plan': runMakePlan,
  'read-past-test': runReadPastTest,
  'run-query': runRunQuery,
  'write-scores': runWriteScores,
  retrain: runRetrain,
  'make-groups': runMakeGroups,
  'check-alerts': runCheckAlerts,
  'check-drift': runCheckDrift,
  'send-message': runSendMessage,
};
