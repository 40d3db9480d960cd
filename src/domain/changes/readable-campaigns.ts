/** Campaigns whose result can be read: they have reached their last day, and nobody has closed them. */
import { listCampaigns } from '../../store/campaigns.ts';
import type { Campaign } from '../../store/campaigns.ts';
import type { Look } from './look.ts';

/** Newest first. */
export async function listReadableCampaigns({ db, today }: Look): Promise<Campaign[]> {
  return (await listCampaigns(db)).filter(
    ({ state, endsOn }) => state === 'running' && endsOn !== null && endsOn <= today,
  );
}
