import { splitCampaign, storeSplit } from '../domain/campaigns/launch.ts';
import { stopSubjects } from '../domain/jobs/subjects.ts';
import { cancelled, done } from '../domain/jobs/steps.ts';
import { getCampaign } from '../store/campaigns.ts';
import type { JobHandler } from './job-handler.ts';
import { openScoreStore } from '../store/score-files/store.ts';

/** All or nothing: a launch that is interrupted begins again, and gives the same split. */
export const runLaunchCampaign: JobHandler = async ({ db, config, step }, { campaignId }) => {
  const id = Number(campaignId);
  const answer = await step(0, 0, 'Choosing the control group');
  if (answer === 'stop') return 'stopped';
  if (answer === 'cancel')
    return cancelled((trx) => stopSubjects(trx, { campaignId: id }, { state: 'cancelled' }));
  const campaign = await getCampaign(db, id);
  const split = await splitCampaign(openScoreStore(db, config), campaign);
  return done((trx) => storeSplit(trx, campaign, split));
};
